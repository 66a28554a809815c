import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8, type Bytes } from '../../../src/core/bytes.ts'
import { createPrefilter } from '../../../src/scan/prefilter.ts'

type Hits = readonly string[]

function found(keywords: readonly string[], bytes: Bytes): Hits {
  const hits: string[] = []
  createPrefilter(keywords).search(bytes, (keyword, start) => hits.push(`${start} ${keyword}`))
  return hits.sort()
}

/** What the prefilter must equal: every keyword compared at every offset. */
function naive(keywords: readonly string[], bytes: Bytes): Hits {
  const text = String.fromCharCode(...bytes).replace(/[A-Z]/g, letter => letter.toLowerCase())
  const hits = keywords.flatMap((keyword, number) =>
    Array.from(text, (_, at) => at)
      .filter(at => text.startsWith(keyword.toLowerCase(), at))
      .map(at => `${at} ${number}`),
  )
  return hits.sort()
}

const keyword = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '-', '_'), minLength: 1, maxLength: 6 })
const keywords = fc.array(keyword, { minLength: 1, maxLength: 8 })
const text = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', '-', '_', 'x', '\u00e9', '\n'), maxLength })

describe('the prefilter', () => {
  it('equals a naive search', () => {
    fc.assert(
      fc.property(keywords, text(120), (words, haystack) => {
        const bytes = utf8(haystack)
        expect(found(words, bytes)).toEqual(naive(words, bytes))
      }),
    )
  })

  it('equals a naive search over four streams', () => {
    fc.assert(
      fc.property(keywords, text(30), fc.integer({ min: 60, max: 90 }), (words, haystack, times) => {
        const bytes = utf8(`${haystack}ab`.repeat(times))
        expect(found(words, bytes)).toEqual(naive(words, bytes))
      }),
      { numRuns: 30 },
    )
  })

  it('finds a keyword once at every offset, seams included', () => {
    const prefilter = createPrefilter(['needle', 'edl', 'needles'])
    for (let at = 0; at <= 1500 - 7; at++) {
      const bytes = new Uint8Array(1500).fill(0x2e)
      bytes.set(utf8('NeeDles'), at)
      const hits: string[] = []
      prefilter.search(bytes, (number, start) => hits.push(`${number} ${start - at}`))
      expect(hits.sort()).toEqual(['0 0', '1 2', '2 0'])
    }
  })

  it('finds a keyword longer than a quarter of the buffer', () => {
    const long = 'k'.repeat(300)
    expect(found([long], utf8(`...${long}${'.'.repeat(300)}`))).toEqual(['3 0'])
    expect(found([long], utf8(`${'.'.repeat(300)}${long}`))).toEqual(['300 0'])
  })

  it('finds nothing in nothing', () => {
    expect(found(['abc'], new Uint8Array(0))).toEqual([])
    expect(found([], new Uint8Array(2000))).toEqual([])
  })

  it('tells equal keywords apart by number', () => {
    expect(found(['abc', 'ABC'], utf8('abc'))).toEqual(['0 0', '0 1'])
  })
})
