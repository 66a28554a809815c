import { expect } from 'vitest'
import { base64url } from '../../../src/core/base64.ts'
import { u64be } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import type { Format, IsSealed } from '../../../src/formats/format.ts'
import { assertSameShape, shiftSpans, splice, type Replacement } from '../../../src/formats/splice.ts'

export const everything: IsSealed = () => true

/** A token of the right form that seals nothing: `n` stands where the ciphertext would. */
export function fakeToken(n: number): string {
  const ciphertext = new Uint8Array(32)
  ciphertext.set(u64be(n))
  return `gitward:v1:AAAAAAAAAAA:${'Zz-_'.repeat(8)}:${base64url(ciphertext)}:${'A'.repeat(22)}`
}

export interface Sealed {
  readonly text: string
  /** Source text of each value by its token. */
  readonly sources: ReadonlyMap<string, string>
}

/** What clean does, without ciphers: every selected value becomes a token, then all is located again. */
export function seal(format: Format, text: string, isSealed: IsSealed = everything): Sealed {
  const spans = format.locate(text, isSealed)
  const sources = new Map<string, string>()
  const replacements = spans
    .filter(span => isSealed(span.pointer))
    .map(({ start, end }, n): Replacement => {
      sources.set(fakeToken(n), text.slice(start, end))
      return { start, end, text: format.quote(fakeToken(n)) }
    })
  const sealed = splice(text, replacements)
  assertSameShape(shiftSpans(spans, replacements), format.locate(sealed))
  return { text: sealed, sources }
}

/** What smudge does: knows tokens only. */
export function open(format: Format, { text, sources }: Sealed, isSealed: IsSealed = everything): string {
  const spans = format.locate(text)
  const replacements = spans.flatMap(({ start, end }): Replacement[] => {
    const token = format.unquote(text.slice(start, end))
    const source = token === null ? undefined : sources.get(token)
    return source === undefined ? [] : [{ start, end, text: source }]
  })
  const plain = splice(text, replacements)
  assertSameShape(shiftSpans(spans, replacements), format.locate(plain, isSealed))
  return plain
}

/** Asserts that `text` survives sealing and opening, and that its sealed form is stable. Returns the sealed form. */
export function assertCarried(format: Format, text: string, isSealed: IsSealed = everything): string {
  const sealed = seal(format, text, isSealed)
  expect(open(format, sealed, isSealed)).toBe(text)
  expect(pointers(format, sealed.text)).toEqual(pointers(format, text, isSealed))
  expect(pointers(format, sealed.text, isSealed)).toEqual(pointers(format, text, isSealed))
  return sealed.text
}

export const pointers = (format: Format, text: string, isSealed?: IsSealed): string[] =>
  format.locate(text, isSealed).map(span => span.pointer)

/** `pointer source` of every value. */
export const values = (format: Format, text: string, isSealed?: IsSealed): string[] =>
  format.locate(text, isSealed).map(({ pointer, start, end }) => `${pointer} ${text.slice(start, end)}`)

/** `carried`, or the code and message of our error; never a cause, which could quote the text. */
export function outcome(action: () => unknown): string {
  try {
    action()
    return 'carried'
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    expect(error).not.toHaveProperty('cause')
    return `${error.code} ${error.message}`
  }
}
