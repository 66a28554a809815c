import * as v from 'valibot'
import { didYouMean } from '../core/did-you-mean.ts'
import { GitwardError } from '../core/errors.ts'

// Messages: a schema's is a predicate ("must be a list"), whose subject is the path of the value;
// a check's is a whole sentence, and its `expected` is the hint.

/** A mapping with these fields and no others. */
export function mapping<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, issue => mappingProblem(issue, Object.keys(entries)))
}

function mappingProblem(issue: v.StrictObjectIssue, fields: readonly string[]): string {
  if (Array.isArray(issue.path?.[0].input)) return 'must be a mapping, not a list'
  if (issue.expected === 'Object') return `must be a mapping, not ${issue.received}`
  if (issue.expected !== 'never') return `lacks the field ${issue.expected}`
  const meant = didYouMean(String(issue.input), fields)
  return `has no field ${issue.received}${meant === null ? '' : `, did you mean "${meant}"?`}`
}

/** A list whose items are all `item`. */
export const listOf = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(
    v.array(item, ({ received }) => `must be a list, not ${received}`),
    v.readonly(),
  )

export const text = v.string(({ received }) => `must be text, not ${received}`)

/** A check by `assert`, which throws a GitwardError for text it refuses. */
export const checkedBy = (assert: (text: string) => unknown) =>
  v.rawCheck<string>(({ dataset, addIssue }) => {
    const refusal = dataset.typed ? refusalOf(() => assert(dataset.value)) : null
    if (refusal) addIssue({ message: refusal.message, expected: refusal.hint ?? '' })
  })

function refusalOf(attempt: () => unknown): GitwardError | null {
  try {
    attempt()
    return null
  } catch (error) {
    if (error instanceof GitwardError) return error
    throw error
  }
}
