import * as fc from 'fast-check'
import type { Bytes } from '../../src/core/bytes.ts'

/** Arbitrary bytes, at most `maxLength` of them, as a plain Uint8Array. */
export const bytes = (maxLength = 300): fc.Arbitrary<Bytes> => fc.uint8Array({ maxLength })

/** Exactly `length` arbitrary bytes. */
export const exactly = (length: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength: length, maxLength: length })

/** Any text that has a UTF-8 form: no lone surrogates. */
export const text: fc.Arbitrary<string> = fc.string({ unit: 'binary' })

/** One change of one byte string: a byte replaced, inserted or removed. */
export const mutated = (original: Bytes): fc.Arbitrary<Bytes> =>
  fc
    .record({
      at: fc.nat(original.length - 1),
      kind: fc.constantFrom('replace', 'insert', 'remove'),
      byte: fc.integer({ min: 0, max: 255 }),
    })
    .map(({ at, kind, byte }) => {
      const changed = [...original]
      changed.splice(at, kind === 'insert' ? 0 : 1, ...(kind === 'remove' ? [] : [byte]))
      return Uint8Array.from(changed)
    })

/** `length` bytes whose 16 KiB chunks and 1 MiB leaves all differ. */
export function sample(length: number): Bytes {
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) out[i] = (i * 7 + Math.floor(i / 251)) % 256
  return out
}
