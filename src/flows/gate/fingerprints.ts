import { concat, lengthPrefixed, utf8, type Bytes } from '../../core/bytes.ts'
import { base64url } from '../../core/base64.ts'
import { primitives } from '../../crypto/node.ts'
import { createFingerprinter, FINGERPRINT_BYTES, type Fingerprinter } from '../../scan/fingerprint.ts'

/** Outside a repository, or before its policy, R is 16 zero bytes. */
export const NO_REPOSITORY = new Uint8Array(16)

/** Names secrets for reports and baselines. @param repo R. */
export const secretFingerprints = (repo: Bytes): Fingerprinter =>
  createFingerprinter(repo, {
    hmacSha256: (key, message) => primitives.hmacSha256(key).update(message).digest(),
    scrypt: (password, salt, cost, length) => primitives.scrypt(password, salt, cost, length),
  })

/** Names a flaw of a place: it has no secret, so its kind, path and pointer are what it is. */
export function flawFingerprint(repo: Bytes, kind: string, path: string, pointer: string): string {
  const parts = [kind, path, pointer].map(text => lengthPrefixed(utf8(text)))
  return base64url(
    primitives
      .hmacSha256(repo)
      .update(concat(...parts))
      .digest()
      .subarray(0, FINGERPRINT_BYTES),
  )
}
