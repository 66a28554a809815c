import { diff3Merge } from 'node-diff3'

/** A stretch of a line merge: agreed lines, or what each side has where they disagree. */
export type Hunk =
  | { readonly agreed: readonly string[] }
  | { readonly base: readonly string[]; readonly ours: readonly string[]; readonly theirs: readonly string[] }

export interface Versions {
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** Merges by lines. Lines keep their ends, so that joining the hunks of one side gives it back byte for byte. */
export function mergeLines({ base, ours, theirs }: Versions): Hunk[] {
  const regions = diff3Merge(linesOf(ours), linesOf(base), linesOf(theirs), { excludeFalseConflicts: true })
  return regions.map(({ ok, conflict }): Hunk => {
    if (ok) return { agreed: ok }
    return { base: conflict!.o, ours: conflict!.a, theirs: conflict!.b }
  })
}

/** The merged text; null if the sides disagree anywhere. */
export function agreedText(hunks: readonly Hunk[]): string | null {
  const parts = hunks.map(hunk => ('agreed' in hunk ? hunk.agreed.join('') : null))
  return parts.includes(null) ? null : parts.join('')
}

/** The text with git's conflict markers where the sides disagree. */
export function markedText(hunks: readonly Hunk[], markerLength: number): string {
  const marker = (sign: string, label = '') => `${sign.repeat(markerLength)}${label}\n`
  return hunks
    .map(hunk => {
      if ('agreed' in hunk) return hunk.agreed.join('')
      const [ours, theirs] = [ended(hunk.ours), ended(hunk.theirs)]
      return [marker('<', ' ours'), ours, marker('='), theirs, marker('>', ' theirs')].join('')
    })
    .join('')
}

/**
 * Both sides put lines into one place where the base has none: ours, then theirs. Only sensible where the caller
 * proves the outcome, as a merge of keys can.
 */
export const withBothInsertions = (hunks: readonly Hunk[]): Hunk[] =>
  hunks.map(hunk =>
    'agreed' in hunk || hunk.base.length > 0 ? hunk : { agreed: [ended(hunk.ours), ended(hunk.theirs)] },
  )

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/** A marker or another line follows, so the last line needs its end. */
function ended(lines: readonly string[]): string {
  const text = lines.join('')
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
