import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openValue, sealValue } from '../../../src/flows/library/values.ts'
import { outcome } from '../formats/support.ts'
import { KEY, OTHER_KEY } from '../../tools/keys.ts'
import { text } from '../../tools/arbitraries.ts'

describe('sealValue and openValue', () => {
  it('are inverse, and the same value gives the same token', () => {
    fc.assert(
      fc.property(text, source => {
        const token = sealValue(KEY, '/db/password', source)
        expect(sealValue(KEY, '/db/password', source)).toBe(token)
        expect(openValue(KEY, '/db/password', token)).toBe(source)
      }),
    )
  })

  const token = sealValue(KEY, '/a', 'hunter2')
  it.each([
    [
      'another pointer',
      () => openValue(KEY, '/b', token),
      'MOVED the value was moved or swapped: its nonce belongs to another place',
    ],
    ['another key', () => openValue(OTHER_KEY, '/a', token), /^WRONG_KEY /],
    [
      'a changed token',
      () =>
        openValue(
          KEY,
          '/a',
          token.replace(/[^:](?=[^:]*$)/, c => (c === 'A' ? 'B' : 'A')),
        ),
      /^TAMPERED /,
    ],
    ['no token', () => openValue(KEY, '/a', 'hunter2'), 'MALFORMED this is not a value token'],
    ['no pointer', () => sealValue(KEY, 'a.b', 'hunter2'), 'USAGE a pointer looks like /db/password'],
    ['a lone surrogate', () => sealValue(KEY, '/a', '\ud800'), 'USAGE the text is not valid Unicode'],
  ])('refuse %s', (_, work, expected) => {
    const did = outcome(work)
    expect(did).toMatch(expected)
    expect(did).not.toContain('hunter2')
  })
})
