import { createHmac, scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { createFingerprinter } from '../../../src/scan/fingerprint.ts'
import { nodeHashes } from './support.ts'

const repository = Uint8Array.from({ length: 16 }, (_, i) => i)
const quick = { id: 'jwt' }
const slow = { id: 'generic-secret', lowEntropy: true } as const
/** LP(x) of DESIGN §4, written again. */
const prefixed = (text: string | Uint8Array) => {
  const bytes = Buffer.from(text as string)
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(bytes.length))
  return Buffer.concat([length, bytes])
}

describe('a fingerprint', () => {
  const fingerprint = createFingerprinter(repository, nodeHashes)

  it('is the start of HMAC-SHA-256(R, LP(rule) || LP(secret))', () => {
    const message = Buffer.concat([prefixed('jwt'), prefixed('some-token')])
    const expected = createHmac('sha256', repository).update(message).digest().subarray(0, 16)
    expect(fingerprint(quick, utf8('some-token'))).toBe(expected.toString('base64url'))
    expect(fingerprint(quick, utf8('some-token'))).toBe('-G_O6BtwZ21cavEWO6t48g')
  })

  it('is scrypt(secret, LP(R) || LP(rule)) where the secret could be guessed', () => {
    const salt = Buffer.concat([prefixed(repository), prefixed('generic-secret')])
    const cost = { N: 32768, r: 8, p: 1, maxmem: 2 ** 26 }
    const expected = scryptSync('letmein-please', salt, 16, cost).toString('base64url')
    expect(fingerprint(slow, utf8('letmein-please'))).toBe(expected)
    expect(fingerprint(slow, utf8('letmein-please'))).toBe('IG3jRr6wPBbQIN2_um8Mqg')
  })

  it('differs by secret, rule and repository', () => {
    const other = createFingerprinter(new Uint8Array(16), nodeHashes)
    const prints = [
      fingerprint(quick, utf8('a')),
      fingerprint(quick, utf8('b')),
      fingerprint({ id: 'npm-token' }, utf8('a')),
      other(quick, utf8('a')),
    ]
    expect(new Set(prints).size).toBe(4)
  })

  it('costs scrypt once a secret', () => {
    let calls = 0
    const counted = createFingerprinter(repository, {
      ...nodeHashes,
      scrypt: () => new Uint8Array(16).fill(++calls),
    })
    const first = counted(slow, utf8('one'))
    expect(counted(slow, utf8('one'))).toBe(first)
    expect(counted(slow, utf8('two'))).not.toBe(first)
    expect(calls).toBe(2)
  })
})
