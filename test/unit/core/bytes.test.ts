import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  concat,
  decodeUtf8,
  fromHex,
  lengthPrefixed,
  sameBytes,
  startsWith,
  toHex,
  u64be,
  utf8,
} from '../../../src/core/bytes.ts'
import { bytes, text } from '../../tools/arbitraries.ts'

describe('utf8', () => {
  it('decodeUtf8 inverts utf8', () => {
    fc.assert(
      fc.property(text, input => {
        expect(decodeUtf8(utf8(input))).toBe(input)
      }),
    )
  })

  it('keeps a byte order mark', () => {
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
  })

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an encoded surrogate', [0xed, 0xa0, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['a byte that UTF-8 never uses', [0xff]],
  ])('decodeUtf8 gives null for %s', (_what, input) => {
    expect(decodeUtf8(Uint8Array.from(input))).toBeNull()
  })

  it('every accepted byte string encodes back to itself', () => {
    fc.assert(
      fc.property(bytes(8), input => {
        const decoded = decodeUtf8(input)
        expect(decoded === null || sameBytes(utf8(decoded), input)).toBe(true)
      }),
    )
  })
})

describe('concat', () => {
  it('joins as Buffer.concat does, into new memory', () => {
    fc.assert(
      fc.property(fc.array(bytes(20)), parts => {
        expect(concat(...parts)).toEqual(new Uint8Array(Buffer.concat(parts)))
      }),
    )
    const part = Uint8Array.of(1)
    expect(concat(part)).not.toBe(part)
  })
})

describe('u64be', () => {
  it.each([
    [0, '0000000000000000'],
    [1, '0000000000000001'],
    [2 ** 32, '0000000100000000'],
    [Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
    [2n ** 64n - 1n, 'ffffffffffffffff'],
  ])('writes %s as %s', (n, hex) => {
    expect(toHex(u64be(n))).toBe(hex)
  })
})

describe('LP', () => {
  it('is the length in 8 bytes, then the bytes', () => {
    expect(toHex(lengthPrefixed(utf8('abc')))).toBe('0000000000000003616263')
  })

  it('different lists of fields never join to the same bytes', () => {
    const fields = fc.array(bytes(3), { maxLength: 4 })
    const joined = (list: readonly Uint8Array[]) => toHex(concat(...list.map(lengthPrefixed)))
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const same = a.length === b.length && a.every((field, i) => sameBytes(field, b[i]!))
        expect(joined(a) === joined(b)).toBe(same)
      }),
    )
  })
})

describe('comparisons', () => {
  it('sameBytes is equality of bytes', () => {
    fc.assert(
      fc.property(bytes(4), bytes(4), (a, b) => {
        expect(sameBytes(a, b)).toBe(toHex(a) === toHex(b))
        expect(sameBytes(a, Uint8Array.from(a))).toBe(true)
      }),
    )
  })

  it('startsWith knows every prefix and nothing longer', () => {
    fc.assert(
      fc.property(bytes(10), bytes(3), (a, b) => {
        expect(startsWith(concat(a, b), a)).toBe(true)
        expect(startsWith(a, concat(a, b))).toBe(b.length === 0)
      }),
    )
    expect(startsWith(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
  })
})

describe('hex', () => {
  it('fromHex inverts toHex', () => {
    fc.assert(
      fc.property(bytes(), input => {
        expect(fromHex(toHex(input))).toEqual(input)
      }),
    )
  })

  it.each([['0'], ['0G'], ['AB'], ['0x00'], [' 00'], ['00\n']])('fromHex refuses %j', input => {
    expect(fromHex(input)).toBeNull()
  })
})
