// Ciphers of formats that gitward reads once, to seal what they hold anew. Nothing here seals.
import { createDecipheriv, type CipherGCMTypes } from 'node:crypto'
import type { Bytes } from '../core/bytes.ts'
import { AES_KEY_BYTES, assertLength, TAG_BYTES } from './primitives.ts'

export const CBC_BLOCK_BYTES = 16

/** A message being opened that nothing authenticates. */
export interface CbcOpening {
  /** The plaintext so far; whole blocks go in, and the last of them is held back. */
  update(blocks: Bytes): Bytes
  /** What was held back, without its padding; null if there is no padding, as under another key. */
  end(): Bytes | null
}

/** AES-256-CBC (NIST SP 800-38A) with PKCS #7 padding. */
export function cbcOpening(key: Bytes, iv: Bytes): CbcOpening {
  assertLength('cbc key', key, AES_KEY_BYTES)
  assertLength('cbc iv', iv, CBC_BLOCK_BYTES)
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  return {
    update: blocks => decipher.update(blocks),
    end() {
      try {
        return decipher.final()
      } catch {
        return null
      }
    },
  }
}

const GCM_CIPHERS: Readonly<Record<number, CipherGCMTypes>> = {
  16: 'aes-128-gcm',
  24: 'aes-192-gcm',
  32: 'aes-256-gcm',
}

export const isAesKeyLength = (length: number): boolean => Object.hasOwn(GCM_CIPHERS, length)

/** AES-GCM with a key of 16, 24 or 32 bytes, a nonce of 12 or 16, and no aad; null if it does not authenticate. */
export function openAnyGcm(key: Bytes, nonce: Bytes, ciphertext: Bytes, tag: Bytes): Bytes | null {
  assertLength('gcm tag', tag, TAG_BYTES)
  const cipher = GCM_CIPHERS[key.length]
  if (!cipher) throw new RangeError(`an AES key has 16, 24 or 32 bytes, got ${key.length}`)
  const decipher = createDecipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(tag)
  const plaintext = decipher.update(ciphertext)
  try {
    decipher.final()
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length)
  } catch {
    plaintext.fill(0) // not authenticated: nobody may see it
    return null
  }
}
