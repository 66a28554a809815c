import { hasCode } from '../../core/errors.ts'
import { conflictSides, type Side } from '../../formats/conflict.ts'
import type { Format, IsSealed, ValueSpan } from '../../formats/format.ts'
import { assertSameShape, shiftSpans, splice, type Replacement } from '../../formats/splice.ts'

/** A value with the pointers it has: one, or one a side where a conflict names its element differently. */
export interface PlacedValue {
  readonly pointers: readonly string[]
  readonly start: number
  readonly end: number
  /** The exact source text. */
  readonly source: string
}

/** A text whose values were found, in one document or in each side of a conflicted one. */
export interface LocatedText {
  readonly values: readonly PlacedValue[]
  /** Pointers of values that run across a conflict marker: they cannot be replaced. */
  readonly torn: readonly string[]
  /**
   * The text with some values replaced, located once more to prove that nothing else changed its meaning.
   * @throws {GitwardError} REFUSED if it did.
   */
  replace(replacementOf: (value: PlacedValue) => string | null, isSealedAfter: IsSealed): string
}

interface Reading {
  readonly side: Side
  readonly spans: readonly ValueSpan[]
}

/** @throws {GitwardError} MALFORMED, `line:column: reason`, if neither the text nor its conflict sides parse. */
export function locateValues(format: Format, text: string, isSealed: IsSealed): LocatedText {
  const readings = readingsOf(format, text, isSealed)
  const { values, torn } = gather(text, readings)
  return {
    values,
    torn,
    replace(replacementOf, isSealedAfter) {
      const replacements = values.flatMap(value => {
        const replacement = replacementOf(value)
        return replacement === null ? [] : [{ start: value.start, end: value.end, text: replacement }]
      })
      for (const reading of readings) assertReplaceable(format, reading, replacements, isSealedAfter)
      return splice(text, replacements)
    },
  }
}

function readingsOf(format: Format, text: string, isSealed: IsSealed): Reading[] {
  const read = (side: Side): Reading => ({ side, spans: format.locate(side.text, isSealed) })
  const whole: Side = { text, toWhole: (start, end) => ({ start, end }) }
  const sides = conflictSides(text)
  if (!sides) return [read(whole)]
  try {
    return sides.map(read)
  } catch (error) {
    if (!hasCode(error, 'MALFORMED')) throw error
    return [read(whole)] // markers that are part of the text
  }
}

/** Every value once, in order; a value between the conflicts stands in all sides. */
function gather(text: string, readings: readonly Reading[]): Pick<LocatedText, 'values' | 'torn'> {
  const found = new Map<number, { start: number; end: number; pointers: string[] }>()
  const torn: string[] = []
  for (const { side, spans } of readings) {
    for (const { pointer, start, end } of spans) {
      const at = side.toWhole(start, end)
      const known = at && found.get(at.start)
      if (!at) torn.push(pointer)
      else if (!known) found.set(at.start, { ...at, pointers: [pointer] })
      else if (!known.pointers.includes(pointer)) known.pointers.push(pointer)
    }
  }
  const values = [...found.values()].map(each => ({ ...each, source: text.slice(each.start, each.end) }))
  return { values: values.sort((a, b) => a.start - b.start), torn }
}

/** Replaces the values inside one reading and locates again: every pointer and span must come out as expected. */
function assertReplaceable(
  format: Format,
  { side, spans }: Reading,
  replacements: readonly Replacement[],
  isSealed: IsSealed,
): void {
  const byStart = new Map(replacements.map(each => [each.start, each.text]))
  const inSide = spans.flatMap(({ start, end }): Replacement[] => {
    const at = side.toWhole(start, end)
    const text = at ? byStart.get(at.start) : undefined
    return text === undefined ? [] : [{ start, end, text }]
  })
  if (inSide.length > 0)
    assertSameShape(shiftSpans(spans, inSide), format.locate(splice(side.text, inSide), isSealed))
}
