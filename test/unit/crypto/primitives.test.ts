import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sameBytes, toHex, type Bytes } from '../../../src/core/bytes.ts'
import { primitives as node } from '../../../src/crypto/node.ts'
import { primitives as portable } from '../../../src/crypto/portable.ts'
import type { Digest, Primitives } from '../../../src/crypto/primitives.ts'
import { bytes, exactly, sample } from '../../tools/arbitraries.ts'

const backends = [
  ['node', node],
  ['portable', portable],
] as const

/** Both backends give the same bytes, or both null. */
function expectBoth(run: (primitives: Primitives) => Bytes | null): void {
  const [ofNode, ofPortable] = [run(node), run(portable)]
  expect(ofNode && ofPortable ? sameBytes(ofPortable, ofNode) : ofPortable === ofNode).toBe(true)
}

const fed = (digest: Digest, parts: readonly Bytes[]) =>
  parts.reduce((fedSoFar, part) => fedSoFar.update(part), digest).digest()

const key = exactly(32)
const nonce = exactly(12)
const parts = fc.array(bytes(200), { maxLength: 4 })

describe('node and portable are byte for byte the same', () => {
  it('gcm seals', () => {
    fc.assert(
      fc.property(key, nonce, bytes(), fc.option(bytes(), { nil: undefined }), (k, n, plaintext, aad) =>
        expectBoth(primitives => primitives.gcm(k).seal(n, plaintext, aad)),
      ),
    )
  })

  it('gcm opens, and refuses what the other sealed and one byte changed', () => {
    fc.assert(
      fc.property(key, nonce, bytes(), bytes(), fc.nat(), (k, n, plaintext, aad, position) => {
        const sealed = node.gcm(k).seal(n, plaintext, aad)
        expectBoth(primitives => primitives.gcm(k).open(n, sealed, aad))
        expect(sameBytes(portable.gcm(k).open(n, sealed, aad)!, plaintext)).toBe(true)
        sealed[position % sealed.length]! ^= 1
        expectBoth(primitives => primitives.gcm(k).open(n, sealed, aad))
        expect(node.gcm(k).open(n, sealed, aad)).toBeNull()
      }),
    )
  })

  it('gcm with a megabyte', () => {
    const plaintext = sample(2 ** 20 + 1)
    expectBoth(primitives => primitives.gcm(new Uint8Array(32)).seal(new Uint8Array(12), plaintext))
  })

  it('aesBlocks, each block on its own', () => {
    fc.assert(fc.property(key, exactly(48), (k, blocks) => expectBoth(p => p.aesBlocks(k)(blocks))))
  })

  it('sha256, fed in any parts', () => {
    fc.assert(fc.property(parts, list => expectBoth(primitives => fed(primitives.sha256(), list))))
  })

  it('hmacSha256, with keys of any length, fed in any parts', () => {
    fc.assert(fc.property(bytes(), parts, (k, list) => expectBoth(p => fed(p.hmacSha256(k), list))))
  })

  it('hkdfSha256', () => {
    fc.assert(
      fc.property(bytes(), bytes(), bytes(), fc.integer({ min: 1, max: 400 }), (ikm, salt, info, length) =>
        expectBoth(primitives => primitives.hkdfSha256(ikm, salt, info, length)),
      ),
    )
  })

  it('hkdfExpandSha512, with keys of any length', () => {
    fc.assert(
      fc.property(bytes(), bytes(), fc.nat(400), (k, info, length) =>
        expectBoth(primitives => primitives.hkdfExpandSha512(k, info, length)),
      ),
    )
  })

  it('equal', () => {
    fc.assert(
      fc.property(bytes(3), bytes(3), (a, b) => {
        const same = a.length === b.length && a.every((byte, i) => byte === b[i])
        for (const [, primitives] of backends) {
          expect(primitives.equal(a, b)).toBe(same)
          expect(primitives.equal(a, Uint8Array.from(a))).toBe(true)
        }
      }),
    )
  })
})

describe.each(backends)('%s', (_name, primitives) => {
  it('random gives the length asked for, and never the same twice', () => {
    expect([0, 1, 32, 4096].map(length => primitives.random(length).length)).toEqual([0, 1, 32, 4096])
    const drawn = Array.from({ length: 64 }, () => primitives.random(16).join())
    expect(new Set(drawn).size).toBe(drawn.length)
  })

  it('what gcm and random give is a Uint8Array and not a Buffer', () => {
    const gcm = primitives.gcm(new Uint8Array(32))
    const sealed = gcm.seal(new Uint8Array(12), sample(5))
    const given = [sealed, gcm.open(new Uint8Array(12), sealed)!, primitives.random(5)]
    expect(given.map(each => each.constructor)).toEqual([Uint8Array, Uint8Array, Uint8Array])
  })

  it('gcm keeps no reference to the key buffer', () => {
    const buffer = new Uint8Array(32).fill(7)
    const gcm = primitives.gcm(buffer)
    const before = gcm.seal(new Uint8Array(12), buffer)
    const plaintext = Uint8Array.from(buffer)
    buffer.fill(0)
    expect(gcm.seal(new Uint8Array(12), plaintext)).toEqual(before)
  })

  it('gcm leaves its arguments alone', () => {
    const [plaintext, aad, n] = [sample(40), sample(9), sample(12)]
    const sealed = primitives.gcm(sample(32)).seal(n, plaintext, aad)
    const copy = Uint8Array.from(sealed)
    primitives.gcm(sample(32)).open(n, sealed, aad)
    expect([plaintext, aad, n, sealed]).toEqual([sample(40), sample(9), sample(12), copy])
  })

  it.each([0, 1, 4, 12, 15])('gcm refuses a sealed message of %i bytes', length => {
    const whole = primitives.gcm(new Uint8Array(32)).seal(new Uint8Array(12), new Uint8Array(0))
    expect(primitives.gcm(new Uint8Array(32)).open(new Uint8Array(12), whole.subarray(0, length))).toBeNull()
  })

  it.each([0, 16, 24, 31, 33])('a key of %i bytes is a bug', length => {
    const wrong = new Uint8Array(length)
    expect(() => primitives.gcm(wrong)).toThrow(`gcm key must be 32 bytes, got ${length}`)
    expect(() => primitives.aesBlocks(wrong)).toThrow(`aes key must be 32 bytes, got ${length}`)
  })

  it.each([0, 8, 11, 13, 16])('a gcm nonce of %i bytes is a bug', length => {
    const gcm = primitives.gcm(new Uint8Array(32))
    const message = `gcm nonce must be 12 bytes, got ${length}`
    expect(() => gcm.seal(new Uint8Array(length), new Uint8Array(1))).toThrow(message)
    expect(() => gcm.open(new Uint8Array(length), new Uint8Array(17))).toThrow(message)
  })

  it.each([0, 15, 17, 31])('aes blocks of %i bytes are a bug', length => {
    expect(() => primitives.aesBlocks(new Uint8Array(32))(new Uint8Array(length))).toThrow(
      `aes blocks must be a multiple of 16 bytes, got ${length}`,
    )
  })

  it('hkdf gives 255 blocks and no more', () => {
    const none = new Uint8Array(0)
    expect(primitives.hkdfSha256(sample(32), none, none, 255 * 32)).toHaveLength(255 * 32)
    expect(() => primitives.hkdfSha256(sample(32), none, none, 255 * 32 + 1)).toThrow(/length/i)
    expect(primitives.hkdfExpandSha512(sample(32), none, 255 * 64)).toHaveLength(255 * 64)
    expect(() => primitives.hkdfExpandSha512(sample(32), none, 255 * 64 + 1)).toThrow('hkdf output too long')
  })

  it('shorter hkdf outputs are prefixes of longer ones', () => {
    const expand = (length: number) => primitives.hkdfExpandSha512(sample(32), sample(5), length)
    const derive = (length: number) => primitives.hkdfSha256(sample(32), sample(5), sample(9), length)
    for (const length of [1, 31, 32, 33, 63, 64, 65, 76, 128, 199]) {
      expect(toHex(expand(length))).toBe(toHex(expand(200).subarray(0, length)))
      expect(toHex(derive(length))).toBe(toHex(derive(200).subarray(0, length)))
    }
  })
})
