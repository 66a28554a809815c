import { splice } from '../../formats/splice.ts'
import { hasCode } from '../../core/errors.ts'
import { agreedText, markedText, mergeLines, withBothInsertions, type Versions } from './lines.ts'
import {
  raisePlainValues,
  readDocument,
  sealedSource,
  type Document,
  type MergeContext,
  type Value,
} from './versions.ts'

export interface Merged {
  readonly text: string
  /** False if conflict markers stand in it. */
  readonly isClean: boolean
}

/** What a merge by pointer asks for: a source text, no value, or a decision that only a person can make. */
type Wanted = { readonly source: string } | 'absent' | 'conflict'

/**
 * Merges three versions of a value-mode file, ciphertext in and ciphertext out. First every value that has one
 * rightful outcome gets it in all three texts, as the token it is; what is left (keys, comments, layout, real
 * conflicts) is merged by lines; the outcome must hold exactly the values that the merge by pointer asks for.
 * @throws {GitwardError} MALFORMED if a version does not parse; LOCKED if a value that is sealed on one side
 *   stands plain on the other and its key is locked.
 */
export function mergeValues(context: MergeContext, versions: Versions, markerLength: number): Merged {
  const raised = raisePlainValues(context, versions)
  const wanted = wantedValues(context, raised)
  const hunks = mergeLines(settle(context, raised, wanted))
  for (const attempt of [hunks, withBothInsertions(hunks)]) {
    const text = agreedText(attempt)
    if (text !== null && holdsExactly(context, text, wanted)) return { text, isClean: true }
  }
  const conflicts = [hunks, mergeLines(raised)].find(each => agreedText(each) === null)
  // the lines agree and the values do not (one side removed what the other changed): show all of both
  const shown = conflicts ?? [{ base: [raised.base], ours: [raised.ours], theirs: [raised.theirs] }]
  return { text: markedText(shown, markerLength), isClean: false }
}

function wantedValues(context: MergeContext, versions: Versions): ReadonlyMap<string, Wanted> {
  const [base, ours, theirs] = documentsOf(context, versions)
  const pointers = new Set([base, ours, theirs].flatMap(document => [...document.keys()]))
  return new Map(
    [...pointers].map(pointer => [
      pointer,
      wantedValue(context, base.get(pointer), ours.get(pointer), theirs.get(pointer)),
    ]),
  )
}

/** The three-way rule: whoever changed it wins; both the same is fine; both differently may still merge by lines. */
function wantedValue(
  context: MergeContext,
  base: Value | undefined,
  ours: Value | undefined,
  theirs: Value | undefined,
): Wanted {
  if (isSame(ours, theirs)) return asWanted(base && isSame(base, ours) ? base : ours)
  if (isSame(base, ours)) return asWanted(theirs)
  if (isSame(base, theirs)) return asWanted(ours)
  if (!base || !ours || !theirs) return 'conflict'
  const plain = agreedText(mergeLines({ base: base.plain, ours: ours.plain, theirs: theirs.plain }))
  const scope = ours.scope ?? theirs.scope
  if (plain === null || scope === null || scope !== theirs.scope || base.scope === null) return 'conflict'
  return { source: sealedSource(context, scope, ours.pointer, plain) }
}

const isSame = (a: Value | undefined, b: Value | undefined): boolean => a?.plain === b?.plain

const asWanted = (value: Value | undefined): Wanted => (value ? { source: value.source } : 'absent')

/** Puts every settled value into each version that has it: the lines around it then merge without it. */
function settle(context: MergeContext, versions: Versions, wanted: ReadonlyMap<string, Wanted>): Versions {
  const [base, ours, theirs] = documentsOf(context, versions)
  const settled = (text: string, document: Document) =>
    splice(
      text,
      [...document.values()].flatMap(({ pointer, start, end }) => {
        const want = wanted.get(pointer)!
        return typeof want === 'string' ? [] : [{ start, end, text: want.source }]
      }),
    )
  return {
    base: settled(versions.base, base),
    ours: settled(versions.ours, ours),
    theirs: settled(versions.theirs, theirs),
  }
}

/** True if the text parses and its values are exactly the wanted ones; repeated pointers merged by lines alone. */
function holdsExactly(context: MergeContext, text: string, wanted: ReadonlyMap<string, Wanted>): boolean {
  const document = readOrNull(context, text)
  if (!document) return false
  const isRight = ([pointer, want]: [string, Wanted]) =>
    want === 'absent'
      ? !document.has(pointer)
      : want !== 'conflict' && document.get(pointer)?.source === want.source
  return [...wanted].every(isRight) && [...document.keys()].every(pointer => wanted.has(pointer))
}

function readOrNull(context: MergeContext, text: string): Document | null {
  try {
    return readDocument(context, text)
  } catch (error) {
    if (hasCode(error, 'MALFORMED')) return null
    throw error
  }
}

/** Values by pointer, without those that some version has twice. */
function documentsOf(
  context: MergeContext,
  { base, ours, theirs }: Versions,
): [Document, Document, Document] {
  return [readDocument(context, base), readDocument(context, ours), readDocument(context, theirs)]
}
