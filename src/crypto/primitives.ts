import type { Bytes } from '../core/bytes.ts'

export const AES_KEY_BYTES = 32
export const GCM_NONCE_BYTES = 12
export const TAG_BYTES = 16

/** An AEAD under one key. */
export interface Aead {
  /** @returns ciphertext || tag. */
  seal(nonce: Bytes, plaintext: Bytes, aad?: Bytes): Bytes
  /** @returns the plaintext; null if key, nonce, aad, ciphertext or tag is not what was sealed. */
  open(nonce: Bytes, sealed: Bytes, aad?: Bytes): Bytes | null
}

/** AES-256-GCM (NIST SP 800-38D): 12-byte nonces, 16-byte tags and nothing else. */
export interface Gcm extends Aead {
  /** As `seal`, ciphertext and tag apart: nothing is copied to join them. */
  sealPieces(nonce: Bytes, plaintext: Bytes, aad?: Bytes): readonly [Bytes, Bytes]
}

/** A hash or MAC being fed. `digest` ends it. */
export interface Digest {
  update(bytes: Bytes): Digest
  digest(): Bytes
}

/**
 * What the rest of gitward needs of a cryptographic library. Two implementations, byte for byte the same:
 * `node.ts` (OpenSSL, hardware AES) and `portable.ts` (noble, for browsers and edge runtimes).
 */
export interface Primitives {
  gcm(key: Bytes): Gcm
  /**
   * AES-256 on single blocks (FIPS 197), for XAES-256-GCM's key derivation alone: takes 16 bytes or a multiple,
   * each block on its own.
   */
  aesBlocks(key: Bytes): (blocks: Bytes) => Bytes
  sha256(): Digest
  hmacSha256(key: Bytes): Digest
  /** RFC 5869, extract and expand; `info` at most 1024 bytes (a limit of node:crypto). */
  hkdfSha256(inputKey: Bytes, salt: Bytes, info: Bytes, length: number): Bytes
  /** RFC 5869, expand only: `key` must already be uniform. */
  hkdfExpandSha512(key: Bytes, info: Bytes, length: number): Bytes
  /** RFC 7914. Takes some 100 ms and 32 MB at N = 2^15, r = 8. */
  scrypt(password: Bytes, salt: Bytes, cost: ScryptCost, length: number): Bytes
  random(length: number): Bytes
  /** Comparison in constant time for equal lengths. */
  equal(a: Bytes, b: Bytes): boolean
}

export interface ScryptCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** A wrong key length is a bug of ours, never of the user: hence a plain RangeError. */
export function assertLength(name: string, bytes: Bytes, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${name} must be ${length} bytes, got ${bytes.length}`)
}

export const AES_BLOCK_BYTES = 16

/** As `assertLength`, for what must be one or more whole AES blocks. */
export function assertBlocks(blocks: Bytes): void {
  if (blocks.length > 0 && blocks.length % AES_BLOCK_BYTES === 0) return
  throw new RangeError(`aes blocks must be a multiple of ${AES_BLOCK_BYTES} bytes, got ${blocks.length}`)
}
