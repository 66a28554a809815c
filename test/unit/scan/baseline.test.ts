import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { hasCode } from '../../../src/core/errors.ts'
import {
  applyBaseline,
  formatBaseline,
  parseBaseline,
  type BaselineEntry,
} from '../../../src/scan/baseline.ts'

const entry = (change: Partial<BaselineEntry> = {}): BaselineEntry => ({
  fingerprint: 'A'.repeat(22),
  rule: 'jwt',
  path: 'test/fixture.ts',
  reason: 'signed with a key of the test',
  owner: 'platform',
  expires: '',
  ...change,
})

const anyEntry: fc.Arbitrary<BaselineEntry> = fc.record({
  fingerprint: fc.string({ unit: fc.constantFrom('a', 'B', '9', '-', '_'), minLength: 22, maxLength: 22 }),
  rule: fc.constantFrom('jwt', 'aws-access-key-id'),
  path: fc.string(),
  reason: fc.string({ unit: 'binary' }).map(text => `${text}because`),
  owner: fc.string({ unit: 'binary' }),
  expires: fc.constantFrom('', '2027-01-31'),
})
const anyBaseline = fc.uniqueArray(anyEntry, {
  selector: ({ fingerprint, rule, path }) => [fingerprint, rule, path].join('\0'),
  maxLength: 6,
})

const text = formatBaseline([entry()])
const problem = (broken: string): string => {
  try {
    parseBaseline(broken)
  } catch (error) {
    if (hasCode(error, 'CONFIG')) return error.message
    throw error
  }
  return 'accepted'
}

describe('the baseline file', () => {
  it('is read as it was written, whatever its words', () => {
    fc.assert(
      fc.property(anyBaseline, entries => {
        const written = formatBaseline(entries)
        expect(formatBaseline(parseBaseline(written))).toBe(written)
        expect(new Set(parseBaseline(written))).toEqual(new Set(entries))
      }),
    )
  })

  it('is YAML, one entry a line', () => {
    fc.assert(
      fc.property(anyBaseline, entries => {
        const written = formatBaseline(entries)
        expect(written.split('\n')).toHaveLength(entries.length + 4)
        expect((parse(written) as { findings: unknown }).findings ?? []).toEqual(parseBaseline(written))
      }),
    )
  })

  it('is sorted by path, rule and fingerprint, so that two people write the same file', () => {
    const entries = [entry({ path: 'b' }), entry({ path: 'a', rule: 'x' }), entry({ path: 'a', rule: 'b' })]
    const order = parseBaseline(formatBaseline(entries)).map(({ path, rule }) => `${path} ${rule}`)
    expect(order).toEqual(['a b', 'a x', 'b jwt'])
  })

  it.each([
    ['', '.gitward/baseline.yaml:1: expected "# Findings'],
    [text.replace('version: 1', 'version: 2'), '.gitward/baseline.yaml:2: expected "version: 1"'],
    [text.replace('rule: ', 'RULE: '), '.gitward/baseline.yaml:4: expected "  - { fingerprint: …, rule: …'],
    [text.replace(/, owner: "[^"]*"/, ''), '.gitward/baseline.yaml:4: expected "  - { fingerprint: …'],
    [text.replace('  - ', '- '), '.gitward/baseline.yaml:4: expected'],
    [`${text}# note\n`, '.gitward/baseline.yaml:5: expected'],
    [`${text}\n`, '.gitward/baseline.yaml:5: expected'],
    [text.replace('AAAA', 'AA'), '.gitward/baseline.yaml:4: the fingerprint is not one of gitward'],
    [text.replace(/reason: "[^"]*"/, 'reason: " "'), '.gitward/baseline.yaml:4: a reason is needed'],
    [
      text.replace('expires: ""', 'expires: "soon"'),
      '.gitward/baseline.yaml:4: expires is no day like 2027-01-31',
    ],
    [text.replace('"platform"', '"\\q"'), '.gitward/baseline.yaml:4: a value is no JSON string'],
    [text + text.split('\n')[3]! + '\n', '.gitward/baseline.yaml:5: this finding is already listed'],
    [text.replaceAll('\n', '\r\n'), '.gitward/baseline.yaml:1: expected'],
  ])('refuses %j', (broken, message) => {
    expect(problem(broken)).toContain(message)
  })

  it.each(['2026-02-31', '2026-13-01', '2027-02-29', '2026-00-10', '2026-04-31', '2100-02-29'])(
    'refuses %s, which is in no calendar',
    day => {
      expect(problem(text.replace('expires: ""', `expires: "${day}"`))).toContain(
        '.gitward/baseline.yaml:4: expires is no day like 2027-01-31',
      )
    },
  )

  it.each(['2028-02-29', '2000-02-29', '2026-12-31', '2026-04-30'])('takes %s', day => {
    expect(parseBaseline(text.replace('expires: ""', `expires: "${day}"`))[0]?.expires).toBe(day)
  })
})

describe('accepted findings', () => {
  const finding = { kind: 'secret', fingerprint: 'A'.repeat(22), rule: 'jwt', path: 'test/fixture.ts' }
  const judge = (found: typeof finding, accepted: BaselineEntry) =>
    applyBaseline([found], [accepted], '2027-01-31')

  it('are those with the same fingerprint, rule and path', () => {
    expect(judge(finding, entry())).toEqual({ open: [], accepted: [finding], unused: [] })
  })

  it.each([
    ['another secret', { fingerprint: 'B'.repeat(22) }],
    ['another rule', { rule: 'npm-token' }],
    ['another path', { path: 'src/main.ts' }],
  ])('are not: %s', (_law, change) => {
    const other = entry(change)
    expect(judge(finding, other)).toEqual({ open: [finding], accepted: [], unused: [other] })
  })

  it('stay accepted on their last day, and not beyond', () => {
    expect(judge(finding, entry({ expires: '2027-01-31' })).open).toEqual([])
    expect(judge(finding, entry({ expires: '2027-01-30' })).open).toEqual([finding])
  })

  it.each(['private-key', 'plaintext', 'attributes', 'policy'])('are never of kind %s', kind => {
    const other = { ...finding, kind }
    expect(judge(other, entry()).open).toEqual([other])
  })
})
