import type * as v from 'valibot'

/** What is wrong with a value, in our words. */
export interface Complaint {
  readonly message: string
  readonly hint: string | null
}

/** The sentence for an issue of our schemas (see fields.ts); `whole` names the value they judged. */
export function complaint(issue: v.BaseIssue<unknown>, whole: string): Complaint {
  if (issue.kind !== 'schema') return { message: issue.message, hint: hintOf(issue) }
  const subject = subjectPath(issue).map(({ key }) => String(key))
  return { message: `${subject.join('.') || whole} ${issue.message}`, hint: null }
}

/** True if the issue is about a field's name: one that is unknown or missing. */
export const isAboutField = ({ path }: v.BaseIssue<unknown>): boolean => path?.at(-1)?.origin === 'key'

const hintOf = ({ type, expected }: v.BaseIssue<unknown>): string | null =>
  type === 'raw_check' ? expected : null

function subjectPath(issue: v.BaseIssue<unknown>): readonly v.IssuePathItem[] {
  const path = issue.path ?? []
  return isAboutField(issue) ? path.slice(0, -1) : path
}
