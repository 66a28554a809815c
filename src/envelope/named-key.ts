import { sameBytes, toHex, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import type { EpochKey } from '../crypto/epoch-key.ts'

/**
 * The guard of every open: `kid`, as the envelope spells it, must name `key`.
 * @throws {GitwardError} WRONG_KEY. Without it a changed kid would open, or read as tampering.
 */
export function assertNamed(kid: Bytes, key: EpochKey): void {
  if (sameBytes(kid, key.kid)) return
  throw new GitwardError('WRONG_KEY', `the ciphertext names key ${toHex(kid)}, not ${toHex(key.kid)}`, {
    hint: 'gitward unlock',
  })
}
