import { shake128 } from '@noble/hashes/sha3.js'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameBytes, toHex } from '../../../src/core/bytes.ts'
import { xaes } from '../../../src/crypto/xaes.ts'
import { bytes, exactly, sample } from '../../tools/arbitraries.ts'
import { ascii, describeVectors, hex } from '../../tools/vectors.ts'

interface XaesFile {
  readonly tests: readonly Record<'key' | 'nonceAscii' | 'ptAscii' | 'aadAscii' | 'ct', string>[]
  readonly accumulated: Record<string, string>
}

/** C2SP's randomized tests: inputs drawn from one SHAKE-128, ciphertexts fed to another. */
function accumulated(iterations: number): string {
  const random = shake128.create()
  const outputs = shake128.create({ dkLen: 32 })
  const opaque = () => random.xof(random.xof(1)[0]!)
  for (let i = 0; i < iterations; i++) {
    const [key, nonce, plaintext, aad] = [random.xof(32), random.xof(24), opaque(), opaque()]
    outputs.update(xaes(key).seal(nonce, plaintext, aad))
  }
  return toHex(outputs.digest())
}

describeVectors<XaesFile>('XAES-256-GCM', 'xaes/xaes-256-gcm.json', file => {
  it('has a test for each value of the bit that CMAC doubling depends on', () => {
    expect(file.tests).toHaveLength(2)
  })

  it.each(file.tests)('key $key seals and opens', test => {
    const [nonce, plaintext, aad] = [ascii(test.nonceAscii), ascii(test.ptAscii), ascii(test.aadAscii)]
    const aead = xaes(hex(test.key))
    expect(toHex(aead.seal(nonce, plaintext, aad))).toBe(test.ct)
    expect(aead.open(nonce, hex(test.ct), aad)).toEqual(plaintext)
  })

  // the million of them takes half a minute and adds no case
  it('ten thousand random messages hash to the published value', () => {
    expect(accumulated(10_000)).toBe(file.accumulated['10000'])
  })
})

describe('xaes', () => {
  it('open inverts seal', () => {
    fc.assert(
      fc.property(exactly(32), exactly(24), bytes(), bytes(), (key, nonce, plaintext, aad) => {
        const sealed = xaes(key).seal(nonce, plaintext, aad)
        expect(sameBytes(xaes(key).open(nonce, sealed, aad)!, plaintext)).toBe(true)
      }),
    )
  })

  it('nothing opens under another key, nonce or aad', () => {
    const sealed = xaes(sample(32)).seal(sample(24), sample(9), sample(4))
    for (let at = 0; at < 24; at++) {
      const nonce = sample(24)
      nonce[at]! ^= 1
      expect(xaes(sample(32)).open(nonce, sealed, sample(4))).toBeNull()
    }
    expect(xaes(sample(32).fill(1, 31)).open(sample(24), sealed, sample(4))).toBeNull()
    expect(xaes(sample(32)).open(sample(24), sealed, sample(5))).toBeNull()
    expect(xaes(sample(32)).open(sample(24), sealed)).toBeNull()
  })

  it('keeps no reference to the key buffer', () => {
    const key = sample(32)
    const aead = xaes(key)
    const before = aead.seal(sample(24), sample(9))
    key.fill(0)
    expect(aead.seal(sample(24), sample(9))).toEqual(before)
  })

  it.each([12, 23, 25])('a nonce of %i bytes is a bug', length => {
    expect(() => xaes(sample(32)).seal(sample(length), sample(1))).toThrow('xaes nonce must be 24 bytes')
    expect(() => xaes(sample(32)).open(sample(length), sample(17))).toThrow('xaes nonce must be 24 bytes')
  })

  it.each([16, 31, 33])('a key of %i bytes is a bug', length => {
    expect(() => xaes(sample(length))).toThrow('aes key must be 32 bytes')
  })
})
