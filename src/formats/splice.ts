import { GitwardError } from '../core/errors.ts'
import type { ValueSpan } from './format.ts'

/** New text for what stands between two UTF-16 offsets. */
export interface Replacement {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * `text` with every replacement made. All else keeps its bytes.
 * @throws {RangeError} unless the replacements lie inside the text, in ascending order, apart from each other.
 */
export function splice(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = []
  let at = 0
  for (const { start, end, text: replaced } of replacements) {
    if (start < at || end < start || end > text.length) throw new RangeError('replacements out of order')
    parts.push(text.slice(at, start), replaced)
    at = end
  }
  return parts.join('') + text.slice(at)
}

/** Where `spans` must stand after the replacements, each of which replaces exactly one of them. */
export function shiftSpans(spans: readonly ValueSpan[], replacements: readonly Replacement[]): ValueSpan[] {
  const lengths = new Map(replacements.map(({ start, text }) => [start, text.length]))
  let shift = 0
  return spans.map(({ pointer, start: before, end }) => {
    const start = before + shift
    const length = lengths.get(before) ?? end - before
    shift += length - (end - before)
    return { pointer, start, end: start + length }
  })
}

/**
 * The last check on a spliced text: located again, pointers and spans must come out where `shiftSpans` put them.
 * @throws {GitwardError} REFUSED if any differs: the text as spliced would not be restored byte for byte.
 */
export function assertSameShape(expected: readonly ValueSpan[], located: readonly ValueSpan[]): void {
  const stray = expected.find((span, i) => !isSameSpan(span, located[i]))
  if (!stray && expected.length === located.length) return
  // never a pointer of `located`: when shapes differ, a secret may have become a key
  const place = stray?.pointer || 'the document'
  throw new GitwardError(
    'REFUSED',
    `${place} cannot be replaced in place: the text around it would change meaning`,
  )
}

const isSameSpan = (a: ValueSpan, b: ValueSpan | undefined): boolean =>
  a.pointer === b?.pointer && a.start === b.start && a.end === b.end
