import { concat, type Bytes } from '../core/bytes.ts'
import { primitives } from './node.ts'
import { AES_BLOCK_BYTES, assertLength, GCM_NONCE_BYTES, type Aead } from './primitives.ts'

export const XAES_NONCE_BYTES = 24

/**
 * AES-256-GCM with 24-byte nonces, as in C2SP XAES-256-GCM: the first 12 bytes derive a key by
 * CMAC-AES-256 in counter mode (SP 800-108r1), the last 12 are the nonce of GCM.
 */
export function xaes(key: Bytes): Aead {
  const innerOf = xaesInner(key)
  return {
    seal(nonce, plaintext, aad) {
      const inner = innerOf(nonce)
      return primitives.gcm(inner.key).seal(inner.nonce, plaintext, aad)
    },
    open(nonce, sealed, aad) {
      const inner = innerOf(nonce)
      return primitives.gcm(inner.key).open(inner.nonce, sealed, aad)
    },
  }
}

/** Key and nonce of the AES-256-GCM message that a XAES-256-GCM message is. */
export function xaesInner(key: Bytes): (nonce: Bytes) => { readonly key: Bytes; readonly nonce: Bytes } {
  const aes = primitives.aesBlocks(key)
  const blocksOf = derivationBlocks(cmacSubkey(aes(new Uint8Array(AES_BLOCK_BYTES))))
  return nonce => {
    assertLength('xaes nonce', nonce, XAES_NONCE_BYTES)
    return { key: aes(blocksOf(nonce)), nonce: nonce.subarray(GCM_NONCE_BYTES) }
  }
}

/** K1 of CMAC (SP 800-38B): the block doubled in GF(2^128). */
function cmacSubkey(block: Bytes): Bytes {
  const doubled = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7))
  if (block[0]! & 0x80) doubled[15]! ^= 0x87
  return doubled
}

/** What CMAC enciphers for each of the two one-block inputs `00 i 58 00 || nonce[0..12]`, i = 1 and 2. */
function derivationBlocks(k1: Bytes): (nonce: Bytes) => Bytes {
  const second = AES_BLOCK_BYTES
  const masks = concat(k1, k1)
  masks[1]! ^= 1
  masks[second + 1]! ^= 2
  masks[2]! ^= 0x58
  masks[second + 2]! ^= 0x58
  return nonce => {
    const blocks = masks.slice()
    for (let i = 0; i < GCM_NONCE_BYTES; i++) {
      blocks[i + 4]! ^= nonce[i]!
      blocks[second + i + 4]! ^= nonce[i]!
    }
    return blocks
  }
}
