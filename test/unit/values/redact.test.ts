import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskable, redactor } from '../../../src/flows/values/redact.ts'

/** The output of a stream that arrives in pieces cut at `cuts`. */
function redacted(secrets: readonly string[], text: string, cuts: readonly number[]): string {
  const bytes = Buffer.from(text)
  const { push, end } = redactor(secrets)
  const edges = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  const shown = edges.slice(1).map((edge, i) => push(bytes.subarray(edges[i], edge)))
  return Buffer.concat([...shown, end()]).toString()
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 5 })
const cuts = fc.array(fc.nat(), { maxLength: 6 })

/** One mask for each run of secrets that overlap. */
function expectedFor(secrets: readonly string[], text: string): string {
  const bytes = Buffer.from(text)
  const covered = new Uint8Array(bytes.length)
  const joined = new Uint8Array(bytes.length)
  for (const needle of secrets.map(secret => Buffer.from(secret))) {
    for (let at = 0; at + needle.length <= bytes.length; at++) {
      if (!bytes.subarray(at, at + needle.length).equals(needle)) continue
      covered.fill(1, at, at + needle.length)
      joined.fill(1, at + 1, at + needle.length)
    }
  }
  const out: number[] = []
  for (const [i, byte] of bytes.entries()) {
    if (!covered[i]) out.push(byte)
    else if (!joined[i]) out.push(0x2a, 0x2a, 0x2a)
  }
  return Buffer.from(out).toString()
}

describe('redactor', () => {
  it('masks what secrets cover, wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 3 }),
        fc.array(letters).map(parts => parts.join('')),
        cuts,
        (secrets, text, at) => {
          expect(redacted(secrets, text, at)).toBe(expectedFor(secrets, text))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    [['hunter2'], 'pw=hunter2;', [5], 'pw=***;'],
    [['hunter2', 'hunter22'], 'hunter22 hunter2', [7], '*** ***'],
    [['abcd', 'cdef'], 'xabcdefx', [4], 'x***x'],
    [['aa'], 'a'.repeat(1000), [1, 2, 3, 500], '***'],
    [[], 'free', [2], 'free'],
  ])('%j in %j cut at %j', (secrets, text, at, expected) => {
    expect(redacted(secrets, text, at)).toBe(expected)
  })

  it('shows at once what cannot be the start of a secret', () => {
    const { push } = redactor(['hunter2'])
    expect(push(Buffer.from('name? ')).toString()).toBe('name? ')
    expect(push(Buffer.from('hun')).toString()).toBe('')
    expect(push(Buffer.from('d')).toString()).toBe('hund')
  })

  it('looks for every line of a secret, but not for scraps', () => {
    expect(maskable(['one line\r\nab\nsecond', 'abc', 'abcd'])).toEqual([
      'one line\r\nab\nsecond',
      'one line',
      'second',
      'abcd',
    ])
  })
})
