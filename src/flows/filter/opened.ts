import { sameBytes, type Bytes } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { isEnvelope, openEnvelope, recognise, type Envelope } from '../../envelope/recognise.ts'
import { findKey } from '../../keys/keyring.ts'
import type { FilterSession } from './session.ts'

/** The plaintext; null without its key, or if anything in it was changed. */
export function opened({ keyring }: FilterSession, envelope: Envelope): Bytes | null {
  const unlocked = findKey(keyring, envelope.kid)
  try {
    return unlocked && openEnvelope(unlocked.key, envelope)
  } catch (error) {
    if (hasCode(error, 'TAMPERED')) return null
    throw error
  }
}

/** True if the envelope holds these bytes: then the file is unchanged, whatever the policy says of it now. */
export function opensTo(session: FilterSession, envelope: Bytes, bytes: Bytes): boolean {
  const what = recognise(envelope)
  const plaintext = isEnvelope(what) ? opened(session, what) : null
  return plaintext !== null && sameBytes(plaintext, bytes)
}
