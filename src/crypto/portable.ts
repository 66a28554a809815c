import { gcm as nobleGcm, unsafe } from '@noble/ciphers/aes.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { randomBytes } from '@noble/hashes/utils.js'
import { expandSha512 } from './expand.ts'
import {
  AES_KEY_BYTES,
  assertBlocks,
  assertLength,
  GCM_NONCE_BYTES,
  TAG_BYTES,
  type Gcm,
  type Primitives,
} from './primitives.ts'
import type { Bytes } from '../core/bytes.ts'

function gcm(key: Bytes): Gcm {
  assertLength('gcm key', key, AES_KEY_BYTES)
  const own = Uint8Array.from(key) // as in node.ts: the caller may overwrite its buffer
  const seal = (nonce: Bytes, plaintext: Bytes, aad?: Bytes): Bytes => {
    assertLength('gcm nonce', nonce, GCM_NONCE_BYTES)
    return nobleGcm(own, nonce, aad).encrypt(plaintext)
  }
  const open = (nonce: Bytes, sealed: Bytes, aad?: Bytes): Bytes | null => {
    assertLength('gcm nonce', nonce, GCM_NONCE_BYTES)
    if (sealed.length < TAG_BYTES) return null
    try {
      return nobleGcm(own, nonce, aad).decrypt(sealed)
    } catch {
      return null // noble checks the tag before it decrypts, and throws for nothing else here
    }
  }
  return {
    seal,
    open,
    sealPieces(nonce, plaintext, aad) {
      const sealed = seal(nonce, plaintext, aad)
      return [sealed.subarray(0, plaintext.length), sealed.subarray(plaintext.length)]
    },
  }
}

function aesBlocks(key: Bytes): (blocks: Bytes) => Bytes {
  assertLength('aes key', key, AES_KEY_BYTES)
  const expanded = unsafe.expandKeyLE(key)
  return blocks => {
    assertBlocks(blocks)
    const bytes = Uint8Array.from(blocks)
    const words = new Uint32Array(bytes.buffer)
    for (let at = 0; at < words.length; at += 4) {
      const { s0, s1, s2, s3 } = unsafe.encrypt(
        expanded,
        words[at]!,
        words[at + 1]!,
        words[at + 2]!,
        words[at + 3]!,
      )
      words.set([s0, s1, s2, s3], at)
    }
    return bytes
  }
}

function equal(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (const [i, byte] of a.entries()) difference |= byte ^ b[i]!
  return difference === 0
}

export const primitives: Primitives = {
  gcm,
  aesBlocks,
  equal,
  sha256: () => sha256.create(),
  hmacSha256: key => hmac.create(sha256, key),
  hkdfSha256: (inputKey, salt, info, length) => hkdf(sha256, inputKey, salt, info, length),
  hkdfExpandSha512: (key, info, length) =>
    expandSha512(hmacKey => hmac.create(sha512, hmacKey), key, info, length),
  scrypt: (password, salt, cost, length) => scrypt(password, salt, { ...cost, dkLen: length }),
  random: length => randomBytes(length),
}
