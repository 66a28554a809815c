import { describe, expect, it } from 'vitest'
import { rules } from '../../../src/scan/rules/table.ts'
import { rulesFound } from './support.ts'

describe.each(rules)('rule $id', rule => {
  it('has at least three examples of each kind', () => {
    expect(rule.positives().length).toBeGreaterThanOrEqual(3)
    expect(rule.negatives().length).toBeGreaterThanOrEqual(3)
  })

  it.each(rule.positives())('finds its secret once, and no other rule claims it: %j', text => {
    expect(rulesFound(text)).toEqual([rule.id])
  })

  it.each(rule.negatives())('finds nothing in %j', text => {
    expect(rulesFound(text, { rules: [rule] })).toEqual([])
  })
})
