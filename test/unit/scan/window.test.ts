import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { rules } from '../../../src/scan/rules/table.ts'
import { matcherOf } from '../../../src/scan/window.ts'
import { scanText } from './support.ts'

const MAX_WINDOW = 20_200

/** Quantifiers without an upper bound, outside of character classes. */
const unbounded = (source: string): string[] =>
  source
    .replace(/\\./g, '_')
    .replace(/\[[^\]]*\]/g, '_')
    .match(/[*+]|\{\d+,\}/g) ?? []

describe.each(rules)('the pattern of $id', rule => {
  it('reads a bounded window', () => {
    expect(rule.lead + rule.reach).toBeLessThanOrEqual(MAX_WINDOW)
  })

  it('bounds every repetition, so that its work is bounded too', () => {
    expect(unbounded(rule.pattern.source)).toEqual([])
  })

  it('has keywords that are ASCII, long enough to be rare, and in each example', () => {
    expect(rule.keywords.filter(keyword => !/^[ -~]{3,}$/.test(keyword))).toEqual([])
    const spelled = (text: string) => (rule.anyCase ? text.toLowerCase() : text)
    const missed = rule
      .positives()
      .filter(text => !rule.keywords.some(word => spelled(text).includes(spelled(word))))
    expect(missed).toEqual([])
  })

  it('ends on hostile repetitions of what it likes', () => {
    const match = matcherOf(rule)
    for (const piece of ['a', 'A1', '-', ' ', '="', "':", 'x.', '\\n', '=>', '@:', ...rule.keywords]) {
      const text = rule.keywords[0]! + piece.repeat(Math.ceil(30_000 / piece.length))
      expect(() => match(utf8(text), 0)).not.toThrow()
    }
  })
})

describe('a window', () => {
  it('hides what stands beyond it', () => {
    const rule = { lead: 2, reach: 6, pattern: /[a-z]{1,99}(?![a-z])/ } as (typeof rules)[number]
    const found = matcherOf(rule)(utf8('abcdefghijklmnopqrstuvwxyz'), 10)
    expect(found).toEqual({ start: 8, end: 16, secret: 'ijklmnop' })
  })

  it('a long line of keywords is scanned in linear work', () => {
    const line = Array.from({ length: 20_000 }, (_, i) => `token${i}`).join('="')
    expect(scanText(line).length).toBeLessThan(20_000)
  })
})
