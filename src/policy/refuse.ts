import { GitwardError } from '../core/errors.ts'

/** The error for a pattern that git would read differently from its author, or that can match nothing. */
export const refusePattern = (pattern: string, what: string, hint: string): GitwardError =>
  new GitwardError('CONFIG', `pattern ${JSON.stringify(pattern)} ${what}`, { hint })
