import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { sealToken } from '../../../src/envelope/token.ts'
import { gitPathOf } from '../../../src/core/path.ts'
import { fileStatus, type IndexedFile } from '../../../src/flows/status/file-status.ts'
import { STATES, valueState, worst } from '../../../src/flows/status/value-state.ts'
import { protectionOf } from '../../../src/policy/policy.ts'
import type { ProtectRuleInput } from '../../../src/policy/schema.ts'
import { KEY, OTHER_KEY } from '../../tools/keys.ts'
import { policyOf } from '../policy/support/policies.ts'

const rules = (...all: ProtectRuleInput[]) => protectionOf(policyOf(...all), gitPathOf('a.yaml'))
const protection = rules({ paths: ['*'], keys: ['**.password'] })
const pinned = rules({ paths: ['*'], keys: ['**.password', '**.token'] })

const scopes: Readonly<Record<string, string>> = {
  [toHex(KEY.kid)]: 'default',
  [toHex(OTHER_KEY.kid)]: 'prod',
}
const scopeOf = (kid: string) => scopes[kid] ?? null
const token = sealToken(KEY, '/password', utf8('x'))
const foreign = sealToken(OTHER_KEY, '/password', utf8('x'))
const none = { protection, pinned: null, scopeOf, closed: new Set<string>() }

describe('the state of a value', () => {
  it.each([
    ['a token in its scope', '/password', token, none, 'sealed'],
    [
      'the same, closed in the work tree too',
      '/password',
      token,
      { ...none, closed: new Set([token]) },
      'locked',
    ],
    ['a token of another scope', '/password', foreign, none, 'moved'],
    ['a token of a key that nobody knows', '/password', token, { ...none, scopeOf: () => null }, 'moved'],
    ['a token where nothing is protected', '/host', token, none, 'moved'],
    ['a plain value that is to be sealed', '/password', null, none, 'plaintext'],
    ['a plain value that may be plain', '/host', null, none, 'plain-by-policy'],
    ['a plain value that the trusted policy seals', '/token', null, { ...none, pinned }, 'awaiting-accept'],
    ['a token that only the trusted policy keeps', '/token', token, { ...none, pinned }, 'awaiting-accept'],
    ['a value that both policies seal', '/password', token, { ...none, pinned }, 'sealed'],
  ] as const)('%s', (_, pointer, text, given, expected) => {
    expect(valueState({ pointer, source: text ?? 'x', token: text }, given)).toBe(expected)
  })

  it('that counts for a file is the worst', () => {
    expect(worst([])).toBeNull()
    expect(worst([...STATES].reverse())).toBe('plaintext')
    expect(worst(['plain-by-policy', 'sealed', 'locked'])).toBe('locked')
  })
})

describe('the state of a file', () => {
  const file = (text: string | Uint8Array, given: Partial<IndexedFile> = {}): IndexedFile => ({
    path: gitPathOf('a.yaml'),
    blob: typeof text === 'string' ? utf8(text) : text,
    protection,
    pinned: null,
    scopeOf,
    inWorkTree: () => utf8(''),
    ...given,
  })
  const shown = async (given: IndexedFile) => {
    const found = await fileStatus(given)
    return found && [found.state, ...[...found.values].map(each => each.join(' ')), ...found.remarks]
  }

  it.each([
    [
      'sealed while all that is selected is a token',
      file(`password: ${token}\nhost: h\n`),
      ['sealed', '/password sealed', '/host plain-by-policy'],
    ],
    [
      'plaintext as soon as one selected value is plain',
      file(`password: ${token}\nb: { password: x }\n`),
      ['plaintext', '/password sealed', '/b/password plaintext'],
    ],
    [
      'that of the worst value where a pointer stands twice',
      file(`password: ${token}\npassword: x\n`),
      ['plaintext', '/password plaintext'],
    ],
    [
      'locked while the work tree holds the token',
      file(`password: ${token}\n`, { inWorkTree: () => utf8(`a: 1\npassword: ${token} # edited\n`) }),
      ['locked', '/password locked'],
    ],
    [
      'plain by policy if nothing is selected, with a remark on the glob',
      file('host: h\n'),
      ['plain-by-policy', '/host plain-by-policy', 'a.yaml: the keys glob **.password selects nothing'],
    ],
    ['plain by policy without any value', file('# empty\n'), ['plain-by-policy']],
    [
      'plaintext if it does not parse',
      file('password: "x\n'),
      ['plaintext', 'a.yaml:2:1: not valid YAML (missing char)'],
    ],
    [
      'plaintext if it is no text',
      file(Uint8Array.of(0xff)),
      ['plaintext', 'a.yaml: its values cannot be told apart, for it is not UTF-8 text'],
    ],
    [
      'plaintext if its format is unknown',
      file('x', { path: gitPathOf('a.txt') }),
      ['plaintext', 'a.txt: its values cannot be told apart, for its format is unknown'],
    ],
    [
      'moved if tokens stand in an unprotected file',
      file(`password: ${token}\n`, { protection: null }),
      ['moved', '/password moved'],
    ],
    [
      'none if it is unprotected and only talks of tokens',
      file(`# ${token}\na: 1\n`, { protection: null }),
      null,
    ],
    [
      'awaiting if the trusted policy protects it',
      file('a: 1\n', { protection: null, pinned }),
      ['awaiting-accept'],
    ],
  ])('is %s', async (_, given, expected) => {
    expect(await shown(given)).toEqual(expected)
  })
})
