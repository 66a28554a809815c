import type { Bytes } from '../core/bytes.ts'
import { primitives } from './node.ts'
import { assertLength, GCM_NONCE_BYTES, type Gcm } from './primitives.ts'

export const XAES_NONCE_BYTES = 24

/**
 * AES-256-GCM with 24-byte nonces, as in C2SP XAES-256-GCM: the first 12 bytes derive a key by
 * CMAC-AES-256 in counter mode (SP 800-108r1), the last 12 are the nonce of GCM.
 */
export function xaes(key: Bytes): Gcm {
  const own = Uint8Array.from(key)
  const k1 = cmacSubkey(primitives.aesBlock(own, new Uint8Array(16)))
  const inner = (nonce: Bytes): Gcm => {
    assertLength('xaes nonce', nonce, XAES_NONCE_BYTES)
    return primitives.gcm(deriveKey(own, k1, nonce.subarray(0, GCM_NONCE_BYTES)))
  }
  return {
    seal: (nonce, plaintext, aad) => inner(nonce).seal(nonce.subarray(GCM_NONCE_BYTES), plaintext, aad),
    open: (nonce, sealed, aad) => inner(nonce).open(nonce.subarray(GCM_NONCE_BYTES), sealed, aad),
  }
}

/** K1 of CMAC (SP 800-38B): the block doubled in GF(2^128). */
function cmacSubkey(block: Bytes): Bytes {
  const doubled = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7))
  if (block[0]! & 0x80) doubled[15]! ^= 0x87
  return doubled
}

/** CMAC over each of the two one-block inputs `00 i 58 00 || nonce`, i = 1 and 2. */
function deriveKey(key: Bytes, k1: Bytes, nonce: Bytes): Bytes {
  const derived = new Uint8Array(32)
  for (const counter of [1, 2]) {
    const input = Uint8Array.of(0, counter, 0x58, 0, ...nonce).map((byte, i) => byte ^ k1[i]!)
    derived.set(primitives.aesBlock(key, input), (counter - 1) * 16)
  }
  return derived
}
