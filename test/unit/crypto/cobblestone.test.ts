import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, toHex, type Bytes } from '../../../src/core/bytes.ts'
import {
  CHUNK_BYTES,
  chunkNonce,
  cobblestone,
  COMMITMENT_BYTES,
  openChunks,
  openedLength,
  SALT_BYTES,
  sealChunks,
  SEALED_CHUNK_BYTES,
  sealedLength,
} from '../../../src/crypto/cobblestone.ts'
import { primitives } from '../../../src/crypto/node.ts'
import { exactly, sample } from '../../tools/arbitraries.ts'
import { describeVectors, hex, type WycheproofGroup } from '../../tools/vectors.ts'

const PREFIX_BYTES = SALT_BYTES + COMMITMENT_BYTES
const MAX_INDEX = 2 ** 38 - 1

interface ChunkedCase {
  readonly key: string
  readonly ctx: string
  /** zlib-compressed: salt || commitment || chunks. */
  readonly ct: string
  readonly aeadKey?: string
  readonly baseNonce?: string
  readonly msgLength?: number
  readonly msgSha512?: string
  readonly flags: readonly string[]
}

type Opened =
  | { readonly failed: 'header' }
  | { readonly failed: 'chunks'; readonly prefix: Bytes; readonly lastChunkOpens: boolean }
  | { readonly failed: null; readonly message: Bytes }

/** Opens salt || commitment || chunks as a streaming reader would, and says how far it came. */
function open({ key, ctx, ct }: ChunkedCase): Opened {
  const sealed = Uint8Array.from(inflateSync(hex(ct)))
  if (hex(key).length !== 32 || sealed.length < PREFIX_BYTES) return { failed: 'header' }
  const message = cobblestone(hex(key), sealed.subarray(0, SALT_BYTES), hex(ctx))
  const commitment = sealed.subarray(SALT_BYTES, PREFIX_BYTES)
  if (!primitives.equal(message.commitment, commitment)) return { failed: 'header' }
  const chunks = sealed.subarray(PREFIX_BYTES)
  const plaintext = openChunks(message, chunks)
  if (plaintext) return { failed: null, message: plaintext }
  const cut: Bytes[] = []
  for (let at = 0; at < chunks.length; at += SEALED_CHUNK_BYTES)
    cut.push(chunks.subarray(at, at + SEALED_CHUNK_BYTES))
  const opened = cut.map((chunk, index) => message.openChunk(index, chunk))
  const good = opened.findIndex(chunk => !chunk || chunk.length < CHUNK_BYTES)
  const prefix = opened.slice(0, good === -1 ? undefined : good + 1).filter(chunk => chunk !== null)
  const lastChunkOpens = openedLength(chunks.length) !== null && opened.at(-1) !== null
  return { failed: 'chunks', prefix: concat(...prefix), lastChunkOpens }
}

const sha512 = (bytes: Bytes) => createHash('sha512').update(bytes).digest('hex')

describeVectors<{ testGroups: [WycheproofGroup<ChunkedCase>] }>(
  'Cobblestone-256',
  'cobblestone/vectors_aes_256_gcm.json',
  ({ testGroups: [{ tests }] }) => {
    const having = (flag: string) => tests.filter(test => test.flags.includes(flag))

    it('has all 35 tests', () => {
      expect(tests).toHaveLength(35)
    })

    it.each(tests.filter(test => test.result === 'valid'))('$tcId $comment opens', test => {
      const opened = open(test)
      expect(opened.failed).toBeNull()
      const message = 'message' in opened ? opened.message : new Uint8Array(0)
      expect([message.length, sha512(message)]).toEqual([test.msgLength, test.msgSha512])
    })

    it.each(tests.filter(test => test.result === 'valid'))('$tcId $comment seals to the same bytes', test => {
      const sealed = Uint8Array.from(inflateSync(hex(test.ct)))
      const message = cobblestone(hex(test.key), sealed.subarray(0, SALT_BYTES), hex(test.ctx))
      const plaintext = openChunks(message, sealed.subarray(PREFIX_BYTES))!
      const again = concat(sealed.subarray(0, SALT_BYTES), message.commitment, sealChunks(message, plaintext))
      expect(sameBytes(again, sealed)).toBe(true)
    })

    it.each(having('HeaderFailure'))('$tcId $comment fails before any chunk', test => {
      expect(open(test)).toEqual({ failed: 'header' })
    })

    const failing = tests.filter(test => test.result === 'invalid' && !test.flags.includes('HeaderFailure'))
    it.each(failing)('$tcId $comment fails in the chunks, after the valid prefix', test => {
      const opened = open(test)
      expect(opened.failed).toBe('chunks')
      const prefix = 'prefix' in opened ? opened.prefix : new Uint8Array(0)
      expect(prefix.length).toBe(test.msgLength ?? 0)
      expect(sha512(prefix)).toBe(test.msgSha512 ?? sha512(new Uint8Array(0)))
    })

    it.each(failing)('$tcId $comment: the last chunk alone opens only if it was sealed there', test => {
      expect(open(test)).toMatchObject({ lastChunkOpens: test.flags.includes('ValidFinalChunk') })
    })

    it.each(having('InvalidKeySize'))('$tcId $comment: the key length is a bug', ({ key }) => {
      expect(() => cobblestone(hex(key), new Uint8Array(SALT_BYTES), new Uint8Array(0))).toThrow(
        `input key must be 32 bytes, got ${key.length / 2}`,
      )
    })
  },
)

describe('chunkNonce', () => {
  const byBigInt = (base: Bytes, index: number) =>
    (BigInt(`0x${toHex(base)}`) ^ BigInt(index)).toString(16).padStart(24, '0')

  it('is the base nonce XOR the index as one 96-bit integer, beyond 2^32 as below', () => {
    fc.assert(
      fc.property(exactly(12), fc.integer({ min: 0, max: MAX_INDEX }), (base, index) => {
        expect(toHex(chunkNonce(base, index))).toBe(byBigInt(base, index))
      }),
    )
  })

  it.each([0, 1, 255, 256, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 37, MAX_INDEX])(
    'index %i',
    index => {
      for (const byte of [0x00, 0xff, 0xa5]) {
        const base = new Uint8Array(12).fill(byte)
        expect(toHex(chunkNonce(base, index))).toBe(byBigInt(base, index))
      }
    },
  )

  it.each([-1, 0.5, 2 ** 38, Number.NaN, Number.POSITIVE_INFINITY])('index %d is out of range', index => {
    expect(() => chunkNonce(new Uint8Array(12), index)).toThrow('chunk index out of range')
  })

  it.each([
    ['Uint8Array', sample(12)],
    ['Buffer', Buffer.from(sample(12))],
  ])('leaves a base nonce alone that is a %s', (_type, base) => {
    chunkNonce(base, 5)
    expect(toHex(base)).toBe(toHex(sample(12)))
  })
})

describe('lengths', () => {
  const C = CHUNK_BYTES
  it.each([
    [0, 16],
    [1, 17],
    [C - 1, C + 15],
    [C, C + 32],
    [C + 1, C + 33],
    [2 * C, 2 * C + 48],
  ])('%i bytes seal to %i and back', (opened, sealed) => {
    expect(sealedLength(opened)).toBe(sealed)
    expect(openedLength(sealed)).toBe(opened)
  })

  it('openedLength inverts sealedLength, far beyond 2^32', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 - 1 }), length => {
        expect(openedLength(sealedLength(length))).toBe(length)
      }),
    )
  })

  it('a length that no message gives has no opened length', () => {
    const possible = new Set(Array.from({ length: 2 * C + 2 }, (_, length) => sealedLength(length)))
    const wrong = Array.from({ length: 2 * (C + 16) }, (_, sealed) => sealed).filter(
      sealed => (openedLength(sealed) === null) === possible.has(sealed),
    )
    expect(wrong).toEqual([])
  })
})

describe('one message', () => {
  const message = cobblestone(sample(32), sample(24), sample(5))

  it.each([
    ['input key', () => cobblestone(sample(32).fill(1, 0, 1), sample(24), sample(5))],
    ['salt', () => cobblestone(sample(32), sample(24).fill(1, 0, 1), sample(5))],
    ['context', () => cobblestone(sample(32), sample(24), sample(6))],
  ])('another %s gives another commitment and other chunks', (_what, make) => {
    const other = make()
    expect(toHex(other.commitment)).not.toBe(toHex(message.commitment))
    expect(other.openChunk(0, message.sealChunk(0, sample(3)))).toBeNull()
  })

  it('a chunk opens at its own index alone', () => {
    const sealed = message.sealChunk(2 ** 32 + 1, sample(3))
    expect(toHex(message.openChunk(2 ** 32 + 1, sealed)!)).toBe(toHex(sample(3)))
    expect(message.openChunk(1, sealed)).toBeNull()
  })

  it('a chunk longer than 16 KiB is a bug', () => {
    expect(() => message.sealChunk(0, new Uint8Array(CHUNK_BYTES + 1))).toThrow('chunk too long')
  })

  it.each([23, 25])('a salt of %i bytes is a bug', length => {
    expect(() => cobblestone(sample(32), sample(length), sample(0))).toThrow('salt must be 24 bytes')
  })
})
