import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Bytes } from '../core/bytes.ts'
import { TAG_BYTES } from './primitives.ts'
import { xaesInner } from './xaes.ts'

const OPTIONS = { authTagLength: TAG_BYTES } as const

/** XAES-256-GCM over a message that does not fit in memory. */
export interface SealingStream {
  update(plaintext: Bytes): Bytes
  /** Ends it. */
  tag(): Bytes
}

/** What comes out is not authentic before `verifies` said so. */
export interface OpeningStream {
  update(ciphertext: Bytes): Bytes
  /** Ends it: true if key, nonce, aad, tag and every byte are what was sealed. */
  verifies(): boolean
}

export function sealingStream(key: Bytes, nonce: Bytes, aad: Bytes): SealingStream {
  const inner = xaesInner(key)(nonce)
  const cipher = createCipheriv('aes-256-gcm', inner.key, inner.nonce, OPTIONS).setAAD(aad)
  return {
    update: plaintext => cipher.update(plaintext),
    tag() {
      cipher.final()
      return Uint8Array.from(cipher.getAuthTag())
    },
  }
}

export function openingStream(key: Bytes, nonce: Bytes, aad: Bytes, tag: Bytes): OpeningStream {
  const inner = xaesInner(key)(nonce)
  const decipher = createDecipheriv('aes-256-gcm', inner.key, inner.nonce, OPTIONS)
    .setAAD(aad)
    .setAuthTag(tag)
  return {
    update: ciphertext => decipher.update(ciphertext),
    verifies() {
      try {
        decipher.final()
        return true
      } catch {
        return false
      }
    },
  }
}
