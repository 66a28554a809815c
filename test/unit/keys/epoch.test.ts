import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameBytes } from '../../../src/core/bytes.ts'
import {
  chainMac,
  epochFileName,
  formatEpochRecord,
  isScopeName,
  membersMac,
  parseEpochFileName,
  parseEpochRecord,
  standsInItsPlace,
  type EpochRecord,
} from '../../../src/keys/epoch.ts'
import type { Recipient } from '../../../src/keys/recipients.ts'
import { alice, bob, keyOf, REPO } from './support/keys.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const scopes = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/)
const records: fc.Arbitrary<EpochRecord> = fc
  .record({
    repo: bytes(16),
    scope: scopes,
    epoch: fc.integer({ min: 1, max: 999_999_999 }),
    key: bytes(32),
    members: bytes(32),
    prev: bytes(32),
  })
  .map(record => (record.epoch === 1 ? { ...record, prev: null } : record))

const first: EpochRecord = {
  repo: REPO,
  scope: 'prod',
  epoch: 1,
  key: new Uint8Array(32).fill(1),
  members: new Uint8Array(32).fill(2),
  prev: null,
}
const second: EpochRecord = { ...first, epoch: 2, prev: new Uint8Array(32).fill(3) }

describe('an epoch record', () => {
  it('has these lines', () => {
    expect(formatEpochRecord(second).split('\n')).toEqual([
      'gitward-key/v1',
      'repo paWlpaWlpaWlpaWlpaWlpQ==',
      'scope prod',
      'epoch 2',
      `key ${Buffer.alloc(32, 1).toString('base64')}`,
      `members ${Buffer.alloc(32, 2).toString('base64')}`,
      `prev ${Buffer.alloc(32, 3).toString('base64')}`,
      '',
    ])
    expect(formatEpochRecord(first)).not.toContain('prev')
  })

  it('parse inverts format', () => {
    fc.assert(
      fc.property(records, record => {
        expect(parseEpochRecord(formatEpochRecord(record))).toEqual(record)
      }),
    )
  })

  it('has one spelling: any edit is malformed or another record', () => {
    const edit = fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.string({ maxLength: 3 }) })
    fc.assert(
      fc.property(records, edit, (record, { at, remove, insert }) => {
        const text = formatEpochRecord(record)
        const start = at % (text.length + 1)
        const edited = text.slice(0, start) + insert + text.slice(start + remove)
        expect(reads(edited) === null || reads(edited) === edited).toBe(true)
      }),
    )
  })

  const text = formatEpochRecord(second)
  const replaced = (from: string | RegExp, to: string) => text.replace(from, to)
  it.each([
    ['nothing', ''],
    ['no last line feed', text.slice(0, -1)],
    ['one line feed more', `${text}\n`],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${text}`],
    ['a line that nobody knows', `${text}note x\n`],
    ['a line twice', replaced('scope prod\n', 'scope prod\nscope prod\n')],
    ['another order', replaced('scope prod\nepoch 2\n', 'epoch 2\nscope prod\n')],
    ['two spaces', replaced('epoch 2', 'epoch  2')],
    ['a space at the end', replaced('epoch 2\n', 'epoch 2 \n')],
    ['a leading zero', replaced('epoch 2', 'epoch 02')],
    ['epoch 0', replaced('epoch 2', 'epoch 0')],
    ['a sign', replaced('epoch 2', 'epoch +2')],
    ['an epoch beyond nine digits', replaced('epoch 2', 'epoch 1000000000')],
    ['an upper-case scope', replaced('scope prod', 'scope Prod')],
    ['an empty scope', replaced('scope prod', 'scope ')],
    ['a path as scope', replaced('scope prod', 'scope ../x')],
    ['a key one byte short', replaced(/key .*/, `key ${Buffer.alloc(31).toString('base64')}`)],
    ['a key one byte long', replaced(/key .*/, `key ${Buffer.alloc(33).toString('base64')}`)],
    ['a repo id of 32 bytes', replaced(/repo .*/, `repo ${Buffer.alloc(32).toString('base64')}`)],
    ['base64 without padding', replaced('==\n', '\n')],
    ['base64url', replaced(/key .*/, `key ${'_'.repeat(43)}=`)],
    ['base64 with stray bits', replaced('lpQ==', 'lpR==')],
    ['no members', replaced(/members .*\n/, '')],
    ['epoch 2 without prev', replaced(/prev .*\n/, '')],
    ['epoch 1 with prev', replaced('epoch 2', 'epoch 1')],
    ['version 1 in other words', replaced('gitward-key/v1', 'gitward-key/1')],
    ['another program’s file', replaced('gitward-key/v1', 'sops')],
  ])('%s is MALFORMED', (_, deviation) => {
    expect(() => parseEpochRecord(deviation)).toThrow(
      expect.objectContaining({
        code: 'MALFORMED',
        exitCode: 4,
        message: 'the epoch file opens, but does not hold an epoch key in its canonical form',
        hint: 'git log -p -- .gitward/keys',
      }),
    )
  })

  it.each(['gitward-key/v2', 'gitward-key/v10'])('%s is of a later gitward', version => {
    expect(() => parseEpochRecord(`${version}\nwhatever\n`)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VERSION', hint: 'npm install --global gitward@latest' }),
    )
  })
})

describe('an epoch file name', () => {
  it('parse inverts format', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), bytes(8), (epoch, kid) => {
        expect(parseEpochFileName(epochFileName(epoch, kid))).toEqual({ epoch, kid })
      }),
    )
  })

  it.each([
    '0-0011223344556677.age',
    '01-0011223344556677.age',
    '1-00112233445566.age',
    '1-001122334455667788.age',
    '1-001122334455667G.age',
    '1-00112233445566AA.age',
    '1-0011223344556677.age.tmp',
    ' 1-0011223344556677.age',
    '1-0011223344556677.age\n',
    '1000000000-0011223344556677.age',
    'README',
  ])('%j is none', name => {
    expect(parseEpochFileName(name)).toBeNull()
  })
})

describe('a scope name', () => {
  it.each(['default', 'prod', '0', 'a-b-c', 'a'.repeat(32)])('%s', name => {
    expect(isScopeName(name)).toBe(true)
  })
  it.each(['', '-a', 'Prod', 'a_b', 'a.b', 'a/b', '..', 'a'.repeat(33), 'a\n', 'é'])('not %j', name => {
    expect(isScopeName(name)).toBe(false)
  })
})

describe('membersMac', () => {
  const key = keyOf(1)
  const mac = membersMac(key, 'prod', 1, [alice, bob])

  it.each<[string, Uint8Array]>([
    ['the order', membersMac(key, 'prod', 1, [bob, alice])],
    ['who is in', membersMac(key, 'prod', 1, [alice])],
    ['how often', membersMac(key, 'prod', 1, [alice, bob, bob])],
    ['the names', membersMac(key, 'prod', 1, [alice, { ...bob, name: 'bobby' }])],
    ['the recipients', membersMac(key, 'prod', 1, [alice, { ...bob, recipient: `${bob.recipient}q` }])],
    ['whose key is whose', membersMac(key, 'prod', 1, swapNames(alice, bob))],
    ['the scope', membersMac(key, 'dev', 1, [alice, bob])],
    ['the epoch', membersMac(key, 'prod', 2, [alice, bob])],
    ['the epoch key', membersMac(keyOf(2), 'prod', 1, [alice, bob])],
    ['the repository', membersMac(keyOf(1, new Uint8Array(16)), 'prod', 1, [alice, bob])],
  ])('binds %s', (_, other) => {
    expect(sameBytes(mac, other)).toBe(false)
    expect(other).toHaveLength(32)
  })

  it('two lists that differ have different MACs, however their text is split', () => {
    const text = fc.string({ maxLength: 8 })
    const lists = fc.array(fc.record({ name: text, recipient: text }), { maxLength: 4 })
    const splits = fc.tuple(text, fc.nat(8), fc.nat(8)).map(([joined, a, b]) => {
      return [cut(joined, a % (joined.length + 1)), cut(joined, b % (joined.length + 1))] as const
    })
    const differ = (a: readonly Recipient[], b: readonly Recipient[]) => {
      const isSame = JSON.stringify(a) === JSON.stringify(b)
      expect(sameBytes(membersMac(key, 's', 1, a), membersMac(key, 's', 1, b))).toBe(isSame)
    }
    fc.assert(fc.property(lists, lists, differ))
    fc.assert(fc.property(splits, ([a, b]) => differ([a], [b])))
  })
})

describe('chainMac', () => {
  const mac = chainMac(keyOf(1), 'prod', 2, keyOf(2).fingerprint)

  it.each<[string, Uint8Array]>([
    ['the epoch before', chainMac(keyOf(3), 'prod', 2, keyOf(2).fingerprint)],
    ['the scope', chainMac(keyOf(1), 'dev', 2, keyOf(2).fingerprint)],
    ['the epoch', chainMac(keyOf(1), 'prod', 3, keyOf(2).fingerprint)],
    ['the new key', chainMac(keyOf(1), 'prod', 2, keyOf(3).fingerprint)],
    ['the repository', chainMac(keyOf(1, new Uint8Array(16)), 'prod', 2, keyOf(2).fingerprint)],
  ])('binds %s', (_, other) => {
    expect(sameBytes(mac, other)).toBe(false)
  })
})

describe('standsInItsPlace', () => {
  const key = keyOf(1)
  const place = { scope: 'prod', epoch: 1, kid: key.kid }
  const record: EpochRecord = { ...first, key: key.secret }

  it('a record in its own place', () => {
    expect(standsInItsPlace(record, key, place)).toBe(true)
  })
  it.each<[string, EpochRecord, typeof place]>([
    ['another scope’s folder', record, { ...place, scope: 'dev' }],
    ['another epoch’s name', record, { ...place, epoch: 2 }],
    ['another kid’s name', record, { ...place, kid: keyOf(2).kid }],
    ['another repository', { ...record, repo: new Uint8Array(16) }, place],
  ])('not in %s', (_, moved, at) => {
    expect(standsInItsPlace(moved, key, at)).toBe(false)
  })
})

const swapNames = (a: Recipient, b: Recipient): Recipient[] => [
  { ...a, name: b.name },
  { ...b, name: a.name },
]

const cut = (text: string, at: number): Recipient => ({ name: text.slice(0, at), recipient: text.slice(at) })

/** What a text would be written as again; null if it is malformed. */
function reads(text: string): string | null {
  try {
    return formatEpochRecord(parseEpochRecord(text))
  } catch {
    return null
  }
}
