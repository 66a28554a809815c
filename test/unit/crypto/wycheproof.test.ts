import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, toHex, type Bytes } from '../../../src/core/bytes.ts'
import { primitives as node } from '../../../src/crypto/node.ts'
import { primitives as portable } from '../../../src/crypto/portable.ts'
import { describeVectors, hex, type WycheproofGroup } from '../../tools/vectors.ts'

const backends = [
  ['node', node],
  ['portable', portable],
] as const

interface GcmGroup extends WycheproofGroup<Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', string>> {
  readonly keySize: number
  readonly ivSize: number
  readonly tagSize: number
}

describeVectors<{ testGroups: GcmGroup[] }>('AES-GCM', 'wycheproof/aes_gcm_test.json', file => {
  const tests = file.testGroups
    .filter(group => group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128)
    .flatMap(group => group.tests)

  it('has tests of 256-bit keys, 96-bit nonces and 128-bit tags', () => {
    expect(tests.length).toBeGreaterThan(60)
    expect(new Set(tests.map(test => test.result))).toEqual(new Set(['valid', 'invalid']))
  })

  describe.each(backends)('%s', (_name, primitives) => {
    it.each(tests)('$tcId $comment is $result', ({ result, ...test }) => {
      const gcm = primitives.gcm(hex(test.key))
      const [nonce, aad, message] = [hex(test.iv), hex(test.aad), hex(test.msg)]
      const sealed = concat(hex(test.ct), hex(test.tag))
      const opened = gcm.open(nonce, sealed, aad)
      expect(opened && toHex(opened)).toBe(result === 'valid' ? test.msg : null)
      expect(toHex(gcm.seal(nonce, message, aad)) === toHex(sealed)).toBe(result === 'valid')
    })
  })

  const lengths = (field: 'keySize' | 'ivSize') => [
    ...new Set(
      file.testGroups.map(group => group[field] / 8).filter(n => n !== (field === 'keySize' ? 32 : 12)),
    ),
  ]

  it.each(lengths('keySize'))('keys of %i bytes are refused', length => {
    for (const [, primitives] of backends)
      expect(() => primitives.gcm(new Uint8Array(length))).toThrow('gcm key must be 32 bytes')
  })

  it.each(lengths('ivSize'))('nonces of %i bytes are refused', length => {
    for (const [, primitives] of backends)
      expect(() =>
        primitives.gcm(new Uint8Array(32)).open(new Uint8Array(length), new Uint8Array(16)),
      ).toThrow('gcm nonce must be 12 bytes')
  })
})

interface MacGroup extends WycheproofGroup<Record<'key' | 'msg' | 'tag', string>> {
  readonly tagSize: number
}

describeVectors<{ testGroups: MacGroup[] }>('HMAC-SHA-256', 'wycheproof/hmac_sha256_test.json', file => {
  const tests = file.testGroups.filter(group => group.tagSize === 256).flatMap(group => group.tests)

  it('has tests of 32-byte tags, with keys shorter and longer than a block', () => {
    const keyBytes = new Set(tests.map(test => test.key.length / 2))
    expect([...keyBytes].sort((a, b) => a - b)).toEqual([16, 32, 65])
    expect(tests.length).toBeGreaterThan(80)
  })

  it.each(tests)('$tcId $comment is $result', ({ key, msg, tag, result }) => {
    for (const [, primitives] of backends) {
      const mac = primitives.hmacSha256(hex(key)).update(hex(msg)).digest()
      expect(primitives.equal(mac, hex(tag))).toBe(result === 'valid')
    }
  })
})

type HkdfFile = {
  readonly testGroups: readonly WycheproofGroup<
    Record<'ikm' | 'salt' | 'info' | 'okm', string> & { readonly size: number }
  >[]
}

const hkdfTests = (file: HkdfFile) => file.testGroups.flatMap(group => group.tests)

/** The output, or null where the standard allows none of that length. */
function outputOrNull(derive: () => Bytes): string | null {
  try {
    return toHex(derive())
  } catch {
    return null
  }
}

describeVectors<HkdfFile>('HKDF-SHA-256', 'wycheproof/hkdf_sha256_test.json', file => {
  it.each(hkdfTests(file))('$tcId $comment of $size bytes is $result', test => {
    const [ikm, salt, info] = [hex(test.ikm), hex(test.salt), hex(test.info)]
    for (const [, primitives] of backends) {
      const output = outputOrNull(() => primitives.hkdfSha256(ikm, salt, info, test.size))
      expect(output).toBe(test.result === 'valid' ? test.okm : null)
    }
  })
})

describeVectors<HkdfFile>('HKDF-Expand-SHA-512', 'wycheproof/hkdf_sha512_test.json', file => {
  it.each(hkdfTests(file))('$tcId $comment of $size bytes is $result', test => {
    // the extract step, which no gitward format takes: HMAC under the salt
    const key = createHmac('sha512', hex(test.salt)).update(hex(test.ikm)).digest()
    for (const [, primitives] of backends) {
      const output = outputOrNull(() => primitives.hkdfExpandSha512(key, hex(test.info), test.size))
      expect(output).toBe(test.result === 'valid' ? test.okm : null)
    }
  })
})
