import { hkdfSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../../../src/core/bytes.ts'
import { epochKey, type SubkeyLabel } from '../../../src/crypto/epoch-key.ts'
import { sample } from '../../tools/arbitraries.ts'

const LABELS: readonly SubkeyLabel[] = [
  'value/nonce',
  'value/aead',
  'json/nonce',
  'json/aead',
  'file/salt',
  'file/aead',
  'epoch-chain',
  'members',
  'contribute',
  'key-id',
]

describe('epochKey', () => {
  const key = epochKey(sample(32), sample(16))

  it.each(LABELS)('subkey %s is HKDF-SHA-256 of key, repository and label', label => {
    const info = utf8(`gitward/v1/${label}`)
    const expected = Buffer.from(hkdfSync('sha256', sample(32), sample(16), info, 32)).toString('hex')
    expect(toHex(key.subkey(label))).toBe(expected)
    expect(toHex(key.subkey(label))).toBe(expected)
  })

  it('no two subkeys are equal, nor the same in another repository or epoch', () => {
    const others = [
      key,
      epochKey(sample(32), sample(16).fill(1, 0, 1)),
      epochKey(sample(32).fill(1, 0, 1), sample(16)),
    ]
    const all = others.flatMap(each => LABELS.map(label => toHex(each.subkey(label))))
    expect(new Set(all).size).toBe(3 * LABELS.length)
  })

  it('its fingerprint is the key-id subkey and its kid the first 8 bytes of that', () => {
    expect(toHex(key.fingerprint)).toBe(toHex(key.subkey('key-id')))
    expect(toHex(key.kid)).toBe(toHex(key.fingerprint).slice(0, 16))
  })

  it('outlives the buffers that it was made from', () => {
    const [secret, repo] = [sample(32), sample(16)]
    const copy = epochKey(secret, repo)
    secret.fill(0)
    repo.fill(0)
    expect(toHex(copy.secret) + toHex(copy.repo)).toBe(toHex(key.secret) + toHex(key.repo))
    expect(toHex(copy.subkey('value/aead'))).toBe(toHex(key.subkey('value/aead')))
  })

  it.each([
    ['epoch key', 31, 16],
    ['epoch key', 33, 16],
    ['repo id', 32, 15],
    ['repo id', 32, 17],
  ])('a wrong length of the %s is a bug', (what, secret, repo) => {
    expect(() => epochKey(sample(secret), sample(repo))).toThrow(`${what} must be`)
  })
})
