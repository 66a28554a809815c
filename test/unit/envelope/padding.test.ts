import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameBytes, toHex } from '../../../src/core/bytes.ts'
import { pad, PAD_BLOCK_BYTES, unpad } from '../../../src/envelope/padding.ts'
import { bytes } from '../../tools/arbitraries.ts'
import { counting } from '../../tools/keys.ts'

describe('padding', () => {
  it('unpad inverts pad', () => {
    fc.assert(fc.property(bytes(200), input => sameBytes(unpad(pad(input))!, input)))
  })

  it('every byte string that unpads is the padding of what it unpads to', () => {
    const nearlyPadded = fc
      .tuple(bytes(40), fc.constantFrom(0x80, 0x00, 0x81), fc.nat(40))
      .map(([head, mark, zeros]) => Uint8Array.from([...head, mark, ...new Uint8Array(zeros)]))
    fc.assert(
      fc.property(nearlyPadded, padded => {
        const plain = unpad(padded)
        return plain === null || sameBytes(pad(plain), padded)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    [0, 32],
    [1, 32],
    [31, 32],
    [32, 64],
    [33, 64],
    [63, 64],
    [64, 96],
  ])('%i bytes become %i', (length, padded) => {
    expect(pad(new Uint8Array(length))).toHaveLength(padded)
  })

  it('adds one 80 and zeros', () => {
    expect(toHex(pad(Uint8Array.of(0x61)))).toBe(`6180${'00'.repeat(30)}`)
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a length that is no multiple of 32', pad(new Uint8Array(0)).subarray(0, 31)],
    ['zeros alone', new Uint8Array(PAD_BLOCK_BYTES)],
    ['another mark', new Uint8Array(PAD_BLOCK_BYTES).fill(0x81, 4, 5)],
    ['a whole block of padding too many', new Uint8Array(64).fill(0x80, 31, 32)],
    ['text to the end', counting(1, 32)],
  ])('refuses %s', (_what, padded) => {
    expect(unpad(padded)).toBeNull()
  })
})
