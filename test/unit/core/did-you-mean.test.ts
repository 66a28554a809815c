import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../../src/core/did-you-mean.ts'

const words = ['keys', 'paths', 'except', 'scope', 'whole']

describe('didYouMean', () => {
  it.each([
    ['key', 'keys'],
    ['keyz', 'keys'],
    ['kesy', 'keys'],
    ['Scope', 'scope'],
    ['excpet', 'except'],
    ['pats', 'paths'],
    ['excluded', null],
    ['zzz', null],
    ['', null],
  ])('%j is taken for %j', (word, meant) => {
    expect(didYouMean(word, words)).toBe(meant)
  })

  it('prefers the closest, then the first', () => {
    expect(didYouMean('stage', ['staged', 'stage'])).toBe('stage')
    expect(didYouMean('stag', ['stage', 'stags'])).toBe('stage')
  })

  it('knows no candidates', () => {
    expect(didYouMean('word', [])).toBeNull()
  })
})
