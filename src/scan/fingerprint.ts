import { base64url } from '../core/base64.ts'
import { concat, lengthPrefixed, utf8, type Bytes } from '../core/bytes.ts'
import type { Rule } from './rule.ts'

export const FINGERPRINT_BYTES = 16
/** RFC 7914. */
export const SCRYPT_COST = { N: 2 ** 15, r: 8, p: 1 } as const

/** The two hashes that fingerprints need, brought by the caller: this room imports no cryptography. */
export interface FingerprintHashes {
  hmacSha256(key: Bytes, message: Bytes): Bytes
  /** Takes some 100 ms and 32 MB at SCRYPT_COST. */
  scrypt(password: Bytes, salt: Bytes, cost: typeof SCRYPT_COST, length: number): Bytes
}

/** Names a secret so that equal secrets of one rule get equal names in one repository. */
export type Fingerprinter = (rule: Pick<Rule, 'id' | 'lowEntropy'>, secret: Bytes) => string

/**
 * base64url of the first 16 bytes of HMAC-SHA-256(R, LP(rule) || LP(secret)); for secrets that could be guessed, of
 * scrypt(secret, LP(R) || LP(rule)), so that a report helps nobody to guess them. Remembers the slow ones, by
 * their HMAC.
 * @param repositoryId R: 16 bytes, public; zeros outside a repository.
 */
export function createFingerprinter(repositoryId: Bytes, hashes: FingerprintHashes): Fingerprinter {
  const slow = new Map<string, string>()
  return (rule, secret) => {
    const id = lengthPrefixed(utf8(rule.id))
    const quick = encode(hashes.hmacSha256(repositoryId, concat(id, lengthPrefixed(secret))))
    if (!rule.lowEntropy) return quick
    const known = slow.get(quick)
    if (known !== undefined) return known
    const salt = concat(lengthPrefixed(repositoryId), id)
    const name = encode(hashes.scrypt(secret, salt, SCRYPT_COST, FINGERPRINT_BYTES))
    slow.set(quick, name)
    return name
  }
}

const encode = (digest: Bytes): string => base64url(digest.subarray(0, FINGERPRINT_BYTES))
