import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findKey,
  formatKeyring,
  keysOfScope,
  mergeKeyrings,
  parseKeyring,
  parseSuppliedKeys,
  type Keyring,
} from '../../../src/keys/keyring.ts'
import { keyOf } from './support/keys.ts'

const entry = (scope: string, epoch: number, seed = epoch) => ({ scope, epoch, key: keyOf(seed) })
const plain = (keyring: Keyring) =>
  keyring.map(({ scope, epoch, key }) => ({ scope, epoch, secret: key.secret, repo: key.repo }))

const scopes = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/)
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 })
const encoded = (secret: Uint8Array) => Buffer.from(secret).toString('base64')

describe('a keyring', () => {
  const keyring = [entry('default', 1), entry('default', 2), entry('prod', 1, 3)]

  it('parse inverts format', () => {
    expect(plain(parseKeyring(formatKeyring(keyring)))).toEqual(plain(keyring))
    expect(parseKeyring(formatKeyring([]))).toEqual([])
  })

  it.each(['', 'null', '{}', '[{}]', '[1]', '[', formatKeyring(keyring).replace('"key":"A', '"key":"!')])(
    'refuses %j',
    text => {
      expect(() => parseKeyring(text)).toThrow(
        expect.objectContaining({ code: 'CONFIG', message: 'the keyring file is damaged' }),
      )
    },
  )

  it('finds a key by its kid', () => {
    expect(findKey(keyring, keyOf(3).kid)?.scope).toBe('prod')
    expect(findKey(keyring, keyOf(9).kid)).toBeNull()
  })

  it('lists a scope newest first', () => {
    expect(keysOfScope(keyring, 'default').map(({ epoch }) => epoch)).toEqual([2, 1])
    expect(keysOfScope(keyring, 'dev')).toEqual([])
  })

  it('merges by scope and epoch: what is added wins, sorted by scope and epoch', () => {
    const merged = mergeKeyrings(keyring, [entry('prod', 1, 7), entry('default', 10), entry('alpha', 1, 8)])
    expect(merged.map(({ scope, epoch, key }) => [scope, epoch, key.secret[0]])).toEqual([
      ['alpha', 1, 8],
      ['default', 1, 1],
      ['default', 2, 2],
      ['default', 10, 10],
      ['prod', 1, 7],
    ])
  })
})

describe('supplied keys', () => {
  it('reads lists of [scope=]key; no prefix means default', () => {
    const items = fc.array(fc.record({ scope: fc.option(scopes), secret: secrets }), { minLength: 1 })
    fc.assert(
      fc.property(items, list => {
        const text = list.map(({ scope, secret }) => `${scope === null ? '' : `${scope}=`}${encoded(secret)}`)
        const expected = list.map(({ scope, secret }) => ({ scope: scope ?? 'default', secret }))
        expect(parseSuppliedKeys(text.join(','), 'GITWARD_KEY')).toEqual(expected)
        expect(parseSuppliedKeys(`\n ${text.join(' ,\n')}\n`, 'GITWARD_KEY')).toEqual(expected)
      }),
    )
  })

  const key = encoded(keyOf(7).secret)
  it.each([
    ['nothing', ''],
    ['a word', 'hunter2'],
    ['an empty item', `${key},`],
    ['a key without its padding', key.slice(0, -1)],
    ['one character more', `${key}A`],
    ['base64url', key.replace(/./, '_')],
    ['stray bits', `${key.slice(0, -2)}d=`],
    ['hex', '07'.repeat(32)],
    ['a key of 16 bytes', Buffer.alloc(16, 7).toString('base64')],
    ['an empty scope', `=${key}`],
    ['an upper-case scope', `Prod=${key}`],
    ['two scopes', `a=b=${key}`],
    ['a colon', `prod:${key}`],
    ['a space after the scope', `prod= ${key}`],
    ['semicolons', `${key};${key}`],
  ])('refuses %s without showing it', (_, text) => {
    expect(() => parseSuppliedKeys(text, 'GITWARD_KEY')).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        exitCode: 2,
        message: 'GITWARD_KEY is not an epoch key: 44 characters of base64, optionally after `scope=`',
        hint: 'gitward unlock --help',
      }),
    )
  })

  it('never shows any part of what it refuses', () => {
    const damage = fc.record({ at: fc.nat(43), to: fc.constantFrom('!', ' ', '-', '_', '\n', '=') })
    fc.assert(
      fc.property(scopes, secrets, damage, (scope, secret, { at, to }) => {
        const text = encoded(secret)
        const damaged = `${scope}=${text.slice(0, at)}${to}${text.slice(at + 1)}`
        const said = saidAbout(damaged)
        for (let i = 0; i + 8 <= text.length; i++) expect(said).not.toContain(text.slice(i, i + 8))
      }),
    )
  })
})

/** All that an error says, its causes included; empty if there is none. */
function saidAbout(text: string): string {
  try {
    parseSuppliedKeys(text, 'GITWARD_KEY')
    return ''
  } catch (error) {
    return error instanceof Error
      ? `${error.message} ${JSON.stringify(error)} ${String(error.cause)} ${error.stack}`
      : ''
  }
}
