import { decodeUtf8, utf8 } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { openToken, parseToken, sealToken } from '../../envelope/token.ts'
import { isPointer } from '../../policy/pointers.ts'

/**
 * Seals the source text of one value, quotes and all, for the place `pointer` (`/db/password`, SPEC "Pointer").
 * The same key, pointer and text always give the same token.
 * @throws {GitwardError} USAGE if `pointer` is none, or `text` is not valid Unicode.
 */
export function sealValue(key: EpochKey, pointer: string, text: string): string {
  assertPointer(pointer)
  if (/\p{Surrogate}/u.test(text)) throw usage('the text is not valid Unicode')
  return sealToken(key, pointer, utf8(text))
}

/**
 * Opens a token that stands at `pointer`.
 * @returns the source text that was sealed.
 * @throws {GitwardError} USAGE if `pointer` is none; MALFORMED if `token` is none, or holds no text; WRONG_KEY,
 *   TAMPERED or MOVED if it does not open with this key at this place.
 */
export function openValue(key: EpochKey, pointer: string, token: string): string {
  assertPointer(pointer)
  const sealed = parseToken(token)
  if (!sealed) throw new GitwardError('MALFORMED', 'this is not a value token')
  const text = decodeUtf8(openToken(key, sealed, pointer))
  if (text === null) throw new GitwardError('MALFORMED', 'the value holds no UTF-8 text')
  return text
}

function assertPointer(pointer: string): void {
  if (!isPointer(pointer)) throw usage('a pointer looks like /db/password')
}

const usage = (message: string) =>
  new GitwardError('USAGE', message, { hint: 'docs/SPEC.md says what a pointer is' })
