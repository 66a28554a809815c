import { GitwardError } from '../core/errors.ts'
import { foldCase, type PointerSegment } from './pointers.ts'

const DOUBLE_STAR = '**'

/** `**`, or what stands before, between and after the stars of one segment, its case folded. */
type GlobSegment = typeof DOUBLE_STAR | readonly string[]

/** A glob over pointers as plain data. */
export interface Glob {
  readonly text: string
  readonly segments: readonly GlobSegment[]
}

/**
 * Reads a glob: dots between segments, `*` for anything within one, `**` for zero or more whole segments;
 * `\.` `\*` `\\` stand for the character itself.
 * @throws {GitwardError} CONFIG naming the glob; the hint says what to write instead.
 */
export function compileGlob(text: string): Glob {
  const segments = [['']]
  for (const [token] of text.matchAll(/\\[.*\\]|[^]/g)) {
    const pieces = segments.at(-1)!
    if (token === '\\') throw refuse(text, 'has a backslash before an ordinary character', 'write \\\\')
    if (token === '.') segments.push([''])
    else if (token === '*') pieces.push('')
    else pieces.push(pieces.pop()! + token.slice(-1))
  }
  return { text, segments: segments.map(pieces => globSegment(text, pieces)) }
}

function globSegment(text: string, pieces: readonly string[]): GlobSegment {
  if (pieces.length === 1 && pieces[0] === '')
    throw refuse(text, 'has an empty segment', 'write \\. for a dot in a key, * for any key')
  if (pieces.length === 3 && pieces.every(piece => piece === '')) return DOUBLE_STAR
  if (pieces.slice(1, -1).includes(''))
    throw refuse(text, 'has a ** that is not alone between dots', 'write * or .**.')
  return pieces.map(foldCase)
}

const refuse = (text: string, what: string, hint: string): GitwardError =>
  new GitwardError('CONFIG', `key glob ${JSON.stringify(text)} ${what}`, { hint })

/** Stands for whatever a star may stand for: neither a glob nor a pattern spells it. */
export const ANYTHING = 'GITWARD\u0000ANY'

/** Keys of two places that the glob selects: one with as little for its stars as may be, one with something for each. */
export function examplesOf({ segments }: Glob): string[][] {
  const shortest = segments.flatMap(each => (each === DOUBLE_STAR ? [] : [each.join('') || ANYTHING]))
  const longest = segments.map(each => (each === DOUBLE_STAR ? ANYTHING : each.join(ANYTHING)))
  return [shortest.length === 0 ? [ANYTHING] : shortest, longest]
}

/** True if the glob selects the place that `segments` lead to. Takes at most glob × pointer segments of work. */
export function globMatches(glob: Glob, segments: readonly PointerSegment[]): boolean {
  let reached = [true, ...segments.map(() => false)]
  for (const segment of glob.segments)
    reached = segment === DOUBLE_STAR ? fromFirst(reached) : oneFurther(reached, segment, segments)
  return reached.at(-1)!
}

/** After `**`: every place from the first one reached on. */
function fromFirst(reached: readonly boolean[]): boolean[] {
  const first = reached.indexOf(true)
  return reached.map((_, i) => first >= 0 && i >= first)
}

function oneFurther(
  reached: readonly boolean[],
  pieces: readonly string[],
  segments: readonly PointerSegment[],
): boolean[] {
  return reached.map((_, i) => i > 0 && reached[i - 1]! && segmentMatches(pieces, segments[i - 1]!))
}

function segmentMatches(pieces: readonly string[], segment: PointerSegment): boolean {
  if (segment === null) return pieces.length === 2 && pieces.every(piece => piece === '')
  const first = pieces[0]!
  if (pieces.length === 1) return segment === first
  const last = pieces.at(-1)!
  const end = segment.length - last.length
  if (end < first.length || !segment.startsWith(first) || !segment.endsWith(last)) return false
  return standInOrder(pieces.slice(1, -1), segment.slice(first.length, end))
}

function standInOrder(pieces: readonly string[], text: string): boolean {
  let at = 0
  for (const piece of pieces) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return true
}
