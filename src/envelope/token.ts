import { base64url, fromBase64url } from '../core/base64.ts'
import { decodeUtf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { KID_BYTES, type EpochKey } from '../crypto/epoch-key.ts'
import { TAG_BYTES } from '../crypto/primitives.ts'
import { XAES_NONCE_BYTES } from '../crypto/xaes.ts'
import { assertNamed } from './named-key.ts'
import { pad, PAD_BLOCK_BYTES, unpad } from './padding.ts'
import { isBoundTo, openSynthetic, sealSynthetic, type Purpose, type SealedMessage } from './synthetic.ts'

const PREFIX = 'gitward:v1'
const VALUE: Purpose = { context: 'gitward/v1/value', nonce: 'value/nonce', aead: 'value/aead' }

/** How every token starts; what starts so need not be one. */
export const TOKEN_START = `${PREFIX}:`

/** A sealed value is one line, safe unquoted in YAML, dotenv, INI and shell (SPEC "Value token"). */
const TOKEN_SHAPE = /gitward:v1:[A-Za-z0-9_-]{11}:[A-Za-z0-9_-]{32}:[A-Za-z0-9_-]+:[A-Za-z0-9_-]{22}/

/** True if UTF-8 text somewhere has the shape of a token; whether it is one, its place and `parseToken` decide. */
export function mayHoldTokens(bytes: Bytes): boolean {
  const text = decodeUtf8(bytes)
  return text !== null && TOKEN_SHAPE.test(text)
}

/** True if UTF-8 text somewhere starts like a token: it may be one, or what damage left of one. */
export const mayHoldTokenStarts = (bytes: Bytes): boolean => decodeUtf8(bytes)?.includes(TOKEN_START) ?? false

/** Starts like a token and goes on with a kid, or is as long as one. */
const NEARLY_TOKEN = /^gitward:v1:(?:[A-Za-z0-9_-]{11}:|.{100})/

/** True for what damage leaves of a token; shorter text that starts like one is text. */
export const isDamagedToken = (text: string): boolean => NEARLY_TOKEN.test(text) && parseToken(text) === null

/** Every part of UTF-8 text that has the shape of a token. */
export const tokensIn = (bytes: Bytes): readonly string[] =>
  decodeUtf8(bytes)?.match(new RegExp(TOKEN_SHAPE, 'g')) ?? []

export const formatToken = ({ kid, nonce, ciphertext, tag }: SealedMessage): string =>
  [PREFIX, ...[kid, nonce, ciphertext, tag].map(base64url)].join(':')

/** The token that `text` is, in its one canonical spelling; null for anything else. */
export function parseToken(text: string): SealedMessage | null {
  if (!text.startsWith(TOKEN_START)) return null
  const fields = text.slice(TOKEN_START.length).split(':').map(fromBase64url)
  const [kid, nonce, ciphertext, tag] = fields
  if (fields.length !== 4 || !kid || !nonce || !ciphertext || !tag) return null
  if (kid.length !== KID_BYTES || nonce.length !== XAES_NONCE_BYTES || tag.length !== TAG_BYTES) return null
  if (ciphertext.length === 0 || ciphertext.length % PAD_BLOCK_BYTES !== 0) return null
  return { kid, nonce, ciphertext, tag }
}

/**
 * Seals the exact source text of the value at `pointer`. The same key, pointer and text always give the same
 * token; nothing else does.
 */
export function sealToken(key: EpochKey, pointer: string, source: Bytes): string {
  return formatToken(sealSynthetic(key, VALUE, pointer, pad(source)))
}

/**
 * Opens a token that stands at `pointer`, under the key that its kid names.
 * @returns the source text of the value.
 * @throws {GitwardError} WRONG_KEY if its kid names another key; TAMPERED if the bytes do not authenticate;
 *   MOVED if they do, at another pointer; MALFORMED if a key holder sealed bytes without padding.
 */
export function openToken(key: EpochKey, token: SealedMessage, pointer: string): Bytes {
  const plaintext = authenticated(key, token)
  if (!isBoundTo(key, VALUE, token.nonce, pointer, plaintext)) {
    throw new GitwardError('MOVED', 'the value was moved or swapped: its nonce belongs to another place')
  }
  return unpadded(plaintext)
}

/**
 * Opens a token wherever it was sealed: nothing says that it belongs where it stands now. Only for a person who
 * asks to seal it anew for its place (`reseal`).
 * @throws {GitwardError} WRONG_KEY, TAMPERED or MALFORMED, as `openToken`.
 */
export const openMovedToken = (key: EpochKey, token: SealedMessage): Bytes =>
  unpadded(authenticated(key, token))

function authenticated(key: EpochKey, token: SealedMessage): Bytes {
  assertNamed(token.kid, key)
  const plaintext = openSynthetic(key, VALUE, token)
  if (plaintext) return plaintext
  throw new GitwardError('TAMPERED', 'the value was changed after it was encrypted: its tag does not verify')
}

function unpadded(plaintext: Bytes): Bytes {
  const source = unpad(plaintext)
  if (!source) throw new GitwardError('MALFORMED', 'the value has wrong padding')
  return source
}
