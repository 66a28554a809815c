import { decodeUtf8, sameBytes, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { isEnvelope, openEnvelope, recognise, type Envelope } from '../../envelope/recognise.ts'
import { openToken, parseToken } from '../../envelope/token.ts'
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

/** The same for a token at a pointer and the source text of a value. */
export function tokenOpensTo(
  { keyring }: FilterSession,
  text: string,
  pointer: string,
  source: string,
): boolean {
  const token = parseToken(text)!
  const unlocked = findKey(keyring, token.kid)
  if (!unlocked) return false
  try {
    return decodeUtf8(openToken(unlocked.key, token, pointer)) === source
  } catch (error) {
    if (error instanceof GitwardError) return false
    throw error
  }
}
