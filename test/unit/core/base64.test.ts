import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64, base64Bytes, base64url, fromBase64, fromBase64url } from '../../../src/core/base64.ts'
import { utf8 } from '../../../src/core/bytes.ts'
import { bytes } from '../../tools/arbitraries.ts'

const SPELLINGS = [
  { name: 'standard base64', encode: base64, decode: fromBase64, node: 'base64' },
  { name: 'base64url', encode: base64url, decode: fromBase64url, node: 'base64url' },
] as const

/** Mostly digits, so that many of them decode; sometimes with padding or a foreign character. */
const nearlyBase64 = fc.string({
  unit: fc.constantFrom(...Array.from('ABCDQgw048_-+/=é\n')),
  maxLength: 12,
})

describe.each(SPELLINGS)('$name', ({ encode, decode, node }) => {
  it('decode inverts encode', () => {
    fc.assert(
      fc.property(bytes(), input => {
        expect(decode(encode(input))).toEqual(input)
      }),
    )
  })

  it("encodes as Node's Buffer does", () => {
    fc.assert(
      fc.property(bytes(), input => {
        expect(encode(input)).toBe(Buffer.from(input).toString(node))
      }),
    )
  })

  it('every accepted text encodes back to itself', () => {
    let accepted = 0
    fc.assert(
      fc.property(nearlyBase64, text => {
        const decoded = decode(text)
        if (decoded) accepted++
        expect(decoded === null || encode(decoded) === text).toBe(true)
      }),
      { numRuns: 2000 },
    )
    expect(accepted).toBeGreaterThan(0)
  })

  it('takes ASCII bytes for text', () => {
    fc.assert(
      fc.property(nearlyBase64, text => {
        expect(decode(utf8(text))).toEqual(decode(text))
      }),
    )
  })

  it('crosses the block size of its text builder', () => {
    const input = new Uint8Array(20_000).map((_, i) => i)
    expect(decode(encode(input))).toEqual(input)
  })
})

describe('what the decoders refuse', () => {
  it.each([
    ['a foreign character', 'AA*A'],
    ['the other alphabet', 'AA-_'],
    ['a space', 'AA A'],
    ['a line break', 'AAAA\n'],
    ['a character beyond ASCII', 'AAAé'],
    ['a character whose low byte is a digit', 'AAA\u0141'],
    ['missing padding', 'AA'],
    ['half the padding', 'AA='],
    ['too much padding', 'AAA=='],
    ['three pads', 'A==='],
    ['padding alone', '===='],
    ['padding inside', 'AA==AAAA'],
    ['a whole group of padding', 'AAAA===='],
    ['four trailing bits', 'AB=='],
    ['two trailing bits', 'AAB='],
  ])('standard base64 refuses %s', (_what, text) => {
    expect(fromBase64(text)).toBeNull()
  })

  it.each([
    ['the other alphabet', 'AA+/'],
    ['padding', 'AA=='],
    ['a single digit', 'A'],
    ['a single digit after a group', 'AAAAA'],
    ['four trailing bits', 'AB'],
    ['two trailing bits', 'AAB'],
    ['a line break', 'AA\n'],
  ])('base64url refuses %s', (_what, text) => {
    expect(fromBase64url(text)).toBeNull()
  })

  it.each([
    ['', ''],
    ['AA==', '00'],
    ['AAE=', '0001'],
    ['+/+/', 'fbffbf'],
  ])('standard base64 reads %j', (text, hex) => {
    expect(Buffer.from(fromBase64(text)!).toString('hex')).toBe(hex)
  })
})

it('base64Bytes gives the text of base64 as ASCII', () => {
  fc.assert(
    fc.property(bytes(), input => {
      expect(base64Bytes(input)).toEqual(utf8(base64(input)))
    }),
  )
})
