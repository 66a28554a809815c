import { concat, utf8, type Bytes } from '../core/bytes.ts'
import { primitives } from './node.ts'
import { AES_KEY_BYTES, assertLength, GCM_NONCE_BYTES, TAG_BYTES } from './primitives.ts'

export const SALT_BYTES = 24
export const COMMITMENT_BYTES = 32
export const CHUNK_BYTES = 16 * 1024
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
const MAX_CHUNKS = 2 ** 38
const LABEL = utf8('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0')

/** One message's key material, from input key, salt and context (C2SP chunked-encryption, "Key derivation"). */
export interface Cobblestone {
  /** 32 bytes that stand before the chunks: whoever opens compares them before any chunk. */
  readonly commitment: Bytes
  /** Seals chunk `index`; every chunk is 16 KiB but the last, which is shorter and may be empty. */
  sealChunk(index: number, plaintext: Bytes): Bytes
  /** Opens chunk `index`; null if key, place or bytes are not what was sealed. */
  openChunk(index: number, sealed: Bytes): Bytes | null
  /** As `sealChunk`, in two pieces that nobody has joined yet. */
  sealPieces(index: number, plaintext: Bytes): readonly [Bytes, Bytes]
}

/** Cobblestone-256: c2sp.org/chunked-encryption@v1 over SHA-512 and AES-256-GCM. */
export function cobblestone(inputKey: Bytes, salt: Bytes, context: Bytes): Cobblestone {
  assertLength('input key', inputKey, AES_KEY_BYTES)
  assertLength('salt', salt, SALT_BYTES)
  const baseNonceAt = AES_KEY_BYTES
  const commitmentAt = baseNonceAt + GCM_NONCE_BYTES
  const derived = primitives.hkdfExpandSha512(
    inputKey,
    concat(LABEL, salt, context),
    commitmentAt + COMMITMENT_BYTES,
  )
  const gcm = primitives.gcm(derived.slice(0, baseNonceAt))
  const baseNonce = derived.slice(baseNonceAt, commitmentAt)
  const nonceOf = (index: number, plaintext?: Bytes) => {
    if (plaintext && plaintext.length > CHUNK_BYTES) throw new RangeError('chunk too long')
    return chunkNonce(baseNonce, index)
  }
  return {
    commitment: derived.slice(commitmentAt),
    sealChunk: (index, plaintext) => gcm.seal(nonceOf(index, plaintext), plaintext),
    openChunk: (index, sealed) => gcm.open(nonceOf(index), sealed),
    sealPieces: (index, plaintext) => gcm.sealPieces(nonceOf(index, plaintext), plaintext),
  }
}

/** The base nonce XOR the chunk number as a 12-byte big-endian integer. */
export function chunkNonce(baseNonce: Bytes, index: number): Bytes {
  if (!Number.isInteger(index) || index < 0 || index >= MAX_CHUNKS)
    throw new RangeError('chunk index out of range')
  const nonce = Uint8Array.from(baseNonce) // not slice(): a Buffer's slice is a view
  // byte by byte: JavaScript's ^ on the whole number would cut it to 32 bits
  for (let at = GCM_NONCE_BYTES - 1, rest = index; rest > 0; at--, rest = Math.floor(rest / 256))
    nonce[at]! ^= rest % 256
  return nonce
}

/** Length of the sealed chunks of a message of `length` bytes. */
export const sealedLength = (length: number): number =>
  length + TAG_BYTES * (Math.floor(length / CHUNK_BYTES) + 1)

/** Length of the message whose sealed chunks take `length` bytes; null if no message gives that length. */
export function openedLength(length: number): number | null {
  const last = length % SEALED_CHUNK_BYTES
  if (last < TAG_BYTES) return null
  return length - TAG_BYTES * (Math.floor(length / SEALED_CHUNK_BYTES) + 1)
}

/** Seals all of `plaintext`. */
export function sealChunks(message: Cobblestone, plaintext: Bytes): Bytes {
  const out = new Uint8Array(sealedLength(plaintext.length))
  sealRun(message, 0, plaintext, out)
  return out
}

/** Opens all of `sealed`; null unless every chunk and the end authenticate. */
export function openChunks(message: Cobblestone, sealed: Bytes): Bytes | null {
  const length = openedLength(sealed.length)
  if (length === null) return null
  const out = new Uint8Array(length)
  return openRun(message, 0, sealed, out) === null ? out : null
}

/**
 * Seals successive chunks from number `first` on into `out`: whole ones as far as `out` reaches, and the last,
 * shorter or empty one if it reaches that far.
 */
export function sealRun(message: Cobblestone, first: number, plaintext: Bytes, out: Bytes): void {
  let at = 0
  for (const piece of sealedPieces(message, first, plaintext, out.length)) {
    out.set(piece, at)
    at += piece.length
  }
}

/** The same, `length` bytes in all, in pieces that nobody has joined. */
export function* sealedPieces(
  message: Cobblestone,
  first: number,
  plaintext: Bytes,
  length: number,
): Generator<Bytes> {
  for (let i = 0; i * SEALED_CHUNK_BYTES < length; i++)
    yield* message.sealPieces(first + i, plaintext.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES))
}

/** Opens successive chunks from number `first` on into `out`. @returns null, or the number of the first that fails. */
export function openRun(message: Cobblestone, first: number, sealed: Bytes, out: Bytes): number | null {
  let at = 0
  for (const { index, plaintext } of openedChunks(message, first, sealed)) {
    if (!plaintext) return index
    out.set(plaintext, at)
    at += plaintext.length
  }
  return null
}

/** Opens successive chunks from number `first` on, each by itself; `plaintext` is null where one fails. */
export function* openedChunks(
  message: Cobblestone,
  first: number,
  sealed: Bytes,
): Generator<{ readonly index: number; readonly plaintext: Bytes | null }> {
  for (let i = 0; i * SEALED_CHUNK_BYTES < sealed.length; i++) {
    const chunk = sealed.subarray(i * SEALED_CHUNK_BYTES, (i + 1) * SEALED_CHUNK_BYTES)
    yield { index: first + i, plaintext: message.openChunk(first + i, chunk) }
  }
}
