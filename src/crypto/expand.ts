import type { Bytes } from '../core/bytes.ts'
import type { Digest } from './primitives.ts'

const SHA512_BYTES = 64

/**
 * HKDF-Expand (RFC 5869 §2.3) over HMAC-SHA-512, for both backends: node:crypto has no expand-only HKDF, and
 * noble's refuses keys shorter than the hash, where C2SP chunked-encryption takes one of 32 bytes.
 * @throws {RangeError} for more than 255 blocks.
 */
export function expandSha512(
  hmacSha512: (key: Bytes) => Digest,
  key: Bytes,
  info: Bytes,
  length: number,
): Bytes {
  if (length > 255 * SHA512_BYTES) throw new RangeError('hkdf output too long')
  const out = new Uint8Array(Math.ceil(length / SHA512_BYTES) * SHA512_BYTES)
  let block: Bytes = new Uint8Array(0)
  for (let i = 0; i * SHA512_BYTES < length; i++) {
    block = hmacSha512(key)
      .update(block)
      .update(info)
      .update(Uint8Array.of(i + 1))
      .digest()
    out.set(block, i * SHA512_BYTES)
  }
  return out.subarray(0, length)
}
