import type { Context } from '../context.ts'
import type { HashedPolicy } from '../state.ts'

export interface Diagnosis {
  readonly level: 'ok' | 'warn' | 'fail'
  readonly what: string
  /** What mends it: a command, or one short step. */
  readonly mend?: string
}

/** One thing to look at; throwing a GitwardError counts as `fail`. */
export type Examination = (
  context: Context,
  policy: HashedPolicy,
) => Promise<Diagnosis | Diagnosis[]> | Diagnosis | Diagnosis[]

export const ok = (what: string): Diagnosis => ({ level: 'ok', what })
export const warn = (what: string, mend: string): Diagnosis => ({ level: 'warn', what, mend })
export const fail = (what: string, mend?: string): Diagnosis => ({
  level: 'fail',
  what,
  ...(mend === undefined ? {} : { mend }),
})

/** Up to three of them by name. */
export function named(all: readonly string[]): string {
  const more = all.length > 3 ? ` and ${all.length - 3} more` : ''
  return `${all.slice(0, 3).join(', ')}${more}`
}
