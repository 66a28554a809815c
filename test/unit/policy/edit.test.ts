import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addRule, removePatterns } from '../../../src/policy/edit.ts'
import { newPolicy } from '../../../src/policy/new-policy.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { POLICY_SCHEMA_URL } from '../../../src/policy/schema.ts'
import { REPO } from './support/policies.ts'

const HEAD = `# ours\nversion:   1\nrepo: "${REPO}"   # id\n`
const TAIL = `# after\nscan: {disable: [ a ,b ]}   # odd\n\n`
const crlf = (text: string) => text.replaceAll('\n', '\r\n')
const UNEDITABLE = expect.objectContaining({
  code: 'CONFIG',
  message: '.gitward/config.yaml: its layout is one that gitward cannot edit',
  hint: 'edit .gitward/config.yaml by hand, then gitward status',
})

describe('newPolicy', () => {
  const text = newPolicy({ repo: REPO, hooks: 'husky' })

  it('is a policy that protects nothing, and points editors to its schema', () => {
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${POLICY_SCHEMA_URL}`)
    expect(parsePolicy(text)).toMatchObject({ version: 1, repo: REPO, hooks: 'husky', protect: [] })
  })

  it('shows rules that would be valid', () => {
    const shown = text.replaceAll(/^# {3}/gm, '  ').replace('protect: []\n', '')
    expect(parsePolicy(shown.replace(/^ {2}- /m, 'protect:\n$&')).protect).toHaveLength(2)
  })

  it('refuses a repo id that is none', () => {
    expect(() => newPolicy({ repo: 'AAAA', hooks: 'git' })).toThrow(
      /repo must be 16 bytes in standard base64/,
    )
  })

  it('takes a first rule in place of its empty list', () => {
    expect(addRule(text, { paths: ['.env*'] })).toBe(
      text.replace('protect: []', "protect:\n  - paths: ['.env*']"),
    )
  })
})

describe('addRule', () => {
  it.each([
    ['a block list', `protect:\n  - paths: [a]\n`, `protect:\n  - paths: [a]\n  - paths: ['x']\n`],
    ['no indentation', `protect:\n- paths: [a]\n`, `protect:\n- paths: [a]\n- paths: ['x']\n`],
    [
      'odd indentation',
      `protect:\n     -   paths: [a]\n`,
      `protect:\n     -   paths: [a]\n     - paths: ['x']\n`,
    ],
    [
      'comments around',
      `protect: # p\n  # above\n  - paths: [a] # c\n    scope: b # s\n  # below\n\n`,
      `protect: # p\n  # above\n  - paths: [a] # c\n    scope: b # s\n  - paths: ['x']\n  # below\n\n`,
    ],
    [
      'a nested block list',
      `protect:\n  -\n    paths:\n      - a # c\n      # end\n`,
      `protect:\n  -\n    paths:\n      - a # c\n  - paths: ['x']\n      # end\n`,
    ],
    ['an empty list', `protect: [] # none\n`, `protect: # none\n  - paths: ['x']\n`],
    ['an empty list below', `protect: # none\n  [ ]\n`, `protect: # none\n  - paths: ['x']\n`],
    ['brackets', `protect: [{paths: [a]}] # c\n`, `protect: [{paths: [a]}, { paths: ['x'] }] # c\n`],
    [
      'a trailing comma',
      `protect: [\n {paths: [a]},\n]\n`,
      `protect: [\n {paths: [a]}, { paths: ['x'] },\n]\n`,
    ],
    ['brackets with a comment', `protect: [\n # todo\n]\n`, `protect: [ { paths: ['x'] } \n # todo\n]\n`],
    [
      'rules in braces',
      `protect:\n  - {paths: [a]} # c\n`,
      `protect:\n  - {paths: [a]} # c\n  - paths: ['x']\n`,
    ],
  ])('keeps every other byte: %s', (_, before, after) => {
    expect(addRule(HEAD + before + TAIL, { paths: ['x'] })).toBe(HEAD + after + TAIL)
    expect(addRule(crlf(HEAD + before + TAIL), { paths: ['x'] })).toBe(crlf(HEAD + after + TAIL))
    expect(addRule(TAIL + HEAD + before, { paths: ['x'] })).toBe(TAIL + HEAD + after)
  })

  it('ends a last line that has no end', () => {
    expect(addRule(`${HEAD}protect:\n  - paths: [a]`, { paths: ['x'] })).toBe(
      `${HEAD}protect:\n  - paths: [a]\n  - paths: ['x']\n`,
    )
    expect(addRule(`${HEAD}protect: []`, { paths: ['x'] })).toBe(`${HEAD}protect:\n  - paths: ['x']\n`)
  })

  it('edits a policy that is one line of JSON', () => {
    const json = JSON.stringify({ version: 1, repo: REPO, protect: [] })
    expect(addRule(json, { paths: ['x'] })).toBe(json.replace('[]', "[ { paths: ['x'] } ]"))
  })

  it('writes every option, and quotes what YAML would misread', () => {
    const rule = { paths: ["it's", 'a b', '#c', 'é'], keys: ['**.a'], except: ['b'], scope: '007' }
    expect(addRule(`${HEAD}protect: []\n`, rule)).toBe(
      `${HEAD}protect:\n  - paths: ['it''s', 'a b', '#c', 'é']\n    keys: ['**.a']\n    except: ['b']\n    scope: "007"\n`,
    )
    expect(addRule(`${HEAD}protect: []\n`, { paths: ['x'], whole: 'lfs', scope: 'default' })).toBe(
      `${HEAD}protect:\n  - paths: ['x']\n    whole: lfs\n`,
    )
  })

  it('adds nothing that is in force already', () => {
    const text = `${HEAD}protect:\n  - paths: [a, b]\n    keys: [k]\n  - paths: [c]\n`
    expect(addRule(text, { paths: ['a'], keys: ['k'] })).toBe(text)
    expect(addRule(text, { paths: ['b', 'a'], keys: ['k'], scope: 'default' })).toBe(text)
    expect(addRule(text, { paths: ['a', 'x', 'x'], keys: ['k'] })).toBe(
      `${text}  - paths: ['x']\n    keys: ['k']\n`,
    )
  })

  it('adds again what a later rule with the same pattern has overruled', () => {
    const text = `${HEAD}protect:\n  - paths: [a]\n    scope: prod\n  - paths: [a]\n    scope: dev\n`
    expect(addRule(text, { paths: ['a'], scope: 'prod' })).toBe(`${text}  - paths: ['a']\n    scope: prod\n`)
  })

  it.each([
    [
      { paths: ['b/'] },
      'pattern "b/" ends with a slash, so that git matches nothing',
      'write dir/** for all files in it',
    ],
    [
      { paths: [] },
      'a rule without paths protects nothing: give it a pattern or delete it',
      'gitward protect --help',
    ],
    [
      { paths: ['a'], keys: ['.'] },
      'key glob "." has an empty segment',
      'write \\. for a dot in a key, * for any key',
    ],
    [
      { paths: ['a'], keys: ['a'], whole: true as const },
      'a rule has either "whole" or "keys" and "except": a whole file leaves nothing to select',
      'gitward protect --help',
    ],
    [
      { paths: ['a'], scope: 'Prod' },
      'scope "Prod" must be 1 to 32 lowercase letters, digits or dashes, no dash first',
      'gitward protect --help',
    ],
  ])('refuses a malformed rule: %j', (rule, message, hint) => {
    const attempt = () => addRule(`${HEAD}protect: []\n`, rule)
    expect(attempt).toThrow(expect.objectContaining({ code: 'CONFIG', message, hint }))
  })

  it('refuses a text that is no policy', () => {
    expect(() => addRule('version: 2\n', { paths: ['a'] })).toThrow(/version 2 is not known/)
  })
})

describe('removePatterns', () => {
  it.each([
    ['brackets, first', `[ 'a' , b] # c`, ['a'], `[ b] # c`],
    ['brackets, last', `[b, "a"] # c`, ['a'], `[b] # c`],
    ['brackets, middle', `[b, a, c]`, ['a'], `[b, c]`],
    ['brackets over lines', `[\n      a,\n      b,\n    ]`, ['b'], `[\n      a,\n    ]`],
    [
      'brackets over lines with comments',
      `[\n      a, # one\n      b, # two\n    ]`,
      ['a'],
      `[\n       # one\n      b, # two\n    ]`,
    ],
    [
      'the last after a comment',
      `[\n      b, # two\n      a\n    ]`,
      ['a'],
      `[\n      b, # two\n      \n    ]`,
    ],
    [
      'a block list',
      `\n      - b # two\n      # on a\n      - a # one\n\n      # end`,
      ['a'],
      `\n      - b # two\n      # on a\n\n      # end`,
    ],
    ['every occurrence', `[a, b, a]`, ['a'], `[b]`],
    ['several', `[a, b, c]`, ['c', 'a'], `[b]`],
  ])('drops a pattern and keeps every other byte: %s', (_, before, patterns, after) => {
    const text = (paths: string) =>
      `${HEAD}protect:\n  - keys: [k]\n    paths: ${paths}\n    scope: s\n${TAIL}`
    const removed = patterns.toSorted()
    expect(removePatterns(text(before), patterns)).toMatchObject({ text: text(after) })
    expect(removePatterns(text(before), patterns).removed.toSorted()).toEqual(removed)
    expect(removePatterns(crlf(text(before)), patterns).text).toBe(crlf(text(after)))
  })

  it.each([
    [
      'the first',
      `protect:\n  # on a\n  - paths: [a]\n    scope: s\n  # on b\n  - paths: [b]\n`,
      `protect:\n  # on a\n  # on b\n  - paths: [b]\n`,
    ],
    [
      'the last',
      `protect:\n- paths: [b]\n# on a\n-\n  paths:\n  - a\n\n# end\n`,
      `protect:\n- paths: [b]\n# on a\n\n# end\n`,
    ],
    ['the only one', `protect: # x: y\n  # on a\n  - paths: [a]\n`, `protect: [] # x: y\n  # on a\n`],
    ['the only one in brackets', `protect: [ {paths: [a]}, ] # c\n`, `protect: [] # c\n`],
    ['in brackets', `protect: [{paths: [b]}, {paths: [a, a]}] # c\n`, `protect: [{paths: [b]}] # c\n`],
    [
      'two rules',
      `protect:\n- paths: [a]\n- paths: [b]\n- paths: [a]\n  whole: true\n`,
      `protect:\n- paths: [b]\n`,
    ],
  ])('drops a rule without paths and keeps every other byte: %s', (_, before, after) => {
    expect(removePatterns(HEAD + before + TAIL, ['a', 'x'])).toEqual({
      text: HEAD + after + TAIL,
      removed: ['a'],
    })
    expect(removePatterns(crlf(HEAD + before + TAIL), ['a']).text).toBe(crlf(HEAD + after + TAIL))
    expect(removePatterns(TAIL + HEAD + before, ['a']).text).toBe(TAIL + HEAD + after)
  })

  it('changes nothing if no rule has the pattern', () => {
    const text = `${HEAD}protect:\n  - paths: [b] # a\n`
    expect(removePatterns(text, ['a', 'B'])).toEqual({ text, removed: [] })
  })

  it('undoes addRule', () => {
    const pattern = fc.constantFrom('p1', 'p2/*', "it's", '#3', 'é 4')
    const rule = fc.record(
      {
        paths: fc.uniqueArray(pattern, { minLength: 1 }),
        keys: fc.constantFrom(['**.a'], ['b', "c'"]),
        scope: fc.constantFrom('prod', '1', 'null'),
      },
      { requiredKeys: ['paths'] },
    )
    const list = fc.constantFrom(
      'protect: [] # c\n',
      'protect:\n  - paths: [a] # c\n  # d\n',
      'protect: [{paths: [a]}]\n',
    )
    fc.assert(
      fc.property(list, fc.array(rule, { maxLength: 4 }), (protect, rules) => {
        const text = HEAD + protect + TAIL
        const added = rules.reduce((before, each) => addRule(before, each), text)
        const { text: restored } = removePatterns(
          added,
          rules.flatMap(({ paths }) => paths),
        )
        expect(restored).toBe(text)
      }),
      { numRuns: 40 },
    )
  })

  it('refuses a layout it cannot edit rather than change what else the policy says', () => {
    expect(() => removePatterns(`${HEAD}protect: [{paths: [b, a # x, y\n , c]}]\n`, ['a'])).toThrow(
      UNEDITABLE,
    )
  })
})
