import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto'
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
import { concat, type Bytes } from '../core/bytes.ts'

// Node 20 accepts 4-byte tags unless told otherwise.
const GCM_OPTIONS = { authTagLength: TAG_BYTES } as const

// A Buffer's slice() is a view and its JSON is not an array's: nobody outside gets one.
const plain = ({ buffer, byteOffset, length }: Bytes): Bytes => new Uint8Array(buffer, byteOffset, length)

// Keys are handed over as objects: Node 24 takes 18 us for each that comes as bytes, an object 1 us.
function gcm(key: Bytes): Gcm {
  assertLength('gcm key', key, AES_KEY_BYTES)
  const secret = createSecretKey(key)
  const sealPieces = (nonce: Bytes, plaintext: Bytes, aad?: Bytes): readonly [Bytes, Bytes] => {
    assertLength('gcm nonce', nonce, GCM_NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', secret, nonce, GCM_OPTIONS)
    if (aad) cipher.setAAD(aad)
    const ciphertext = cipher.update(plaintext)
    cipher.final()
    return [plain(ciphertext), plain(cipher.getAuthTag())]
  }
  const open = (nonce: Bytes, sealed: Bytes, aad?: Bytes): Bytes | null => {
    assertLength('gcm nonce', nonce, GCM_NONCE_BYTES)
    if (sealed.length < TAG_BYTES) return null
    const end = sealed.length - TAG_BYTES
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, GCM_OPTIONS)
    if (aad) decipher.setAAD(aad)
    decipher.setAuthTag(sealed.subarray(end))
    const plaintext = decipher.update(sealed.subarray(0, end))
    try {
      decipher.final()
    } catch {
      plaintext.fill(0) // not authenticated: nobody may see it
      return null
    }
    return plain(plaintext)
  }
  return { seal: (nonce, plaintext, aad) => concat(...sealPieces(nonce, plaintext, aad)), sealPieces, open }
}

/** One cipher serves all calls: without padding and chaining, ECB keeps nothing from one block to the next. */
function aesBlocks(key: Bytes): (blocks: Bytes) => Bytes {
  assertLength('aes key', key, AES_KEY_BYTES)
  const cipher = createCipheriv('aes-256-ecb', createSecretKey(key), null).setAutoPadding(false)
  return blocks => {
    assertBlocks(blocks)
    return plain(cipher.update(blocks))
  }
}

export const primitives: Primitives = {
  gcm,
  aesBlocks,
  sha256: () => createHash('sha256'),
  hmacSha256: key => createHmac('sha256', createSecretKey(key)),
  hkdfSha256: (inputKey, salt, info, length) =>
    new Uint8Array(hkdfSync('sha256', inputKey, salt, info, length)),
  hkdfExpandSha512: (key, info, length) =>
    expandSha512(hmacKey => createHmac('sha512', createSecretKey(hmacKey)), key, info, length),
  scrypt: (password, salt, cost, length) =>
    plain(scryptSync(password, salt, length, { ...cost, maxmem: 256 * cost.N * cost.r })),
  random: length => plain(randomBytes(length)),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
}
