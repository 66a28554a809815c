import { base64Bytes, fromBase64 } from '../core/base64.ts'
import { concat, startsWith, utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { KID_BYTES, type EpochKey } from '../crypto/epoch-key.ts'
import { TAG_BYTES } from '../crypto/primitives.ts'
import { XAES_NONCE_BYTES } from '../crypto/xaes.ts'
import { assertNamed } from './named-key.ts'
import { isBoundTo, openSynthetic, sealSynthetic, type Purpose, type SealedMessage } from './synthetic.ts'

export const JSON_MAX_BYTES = 2 ** 30
/** What every version starts with. */
export const JSON_MAGIC = utf8('{"gitward":"')
const OPENING = utf8('{"gitward":"v1","kid":"')
const BEFORE_NONCE = utf8('","nonce":"')
const BEFORE_CIPHERTEXT = utf8('","ciphertext":"')
const BEFORE_TAG = utf8('","tag":"')
const CLOSING = utf8('"}\n')
const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4
export const JSON_FILE: Purpose = { context: 'gitward/v1/json', nonce: 'json/nonce', aead: 'json/aead' }
/** A whole file has no pointer. */
export const NO_POINTER = ''

export const formatJsonEnvelope = ({ kid, nonce, ciphertext, tag }: SealedMessage): Bytes =>
  concat(jsonFront(kid, nonce), base64Bytes(ciphertext), jsonBack(tag))

/** What stands before the ciphertext, and what behind it. */
export const jsonFront = (kid: Bytes, nonce: Bytes): Bytes =>
  concat(OPENING, base64Bytes(kid), BEFORE_NONCE, base64Bytes(nonce), BEFORE_CIPHERTEXT)
export const jsonBack = (tag: Bytes): Bytes => concat(BEFORE_TAG, base64Bytes(tag), CLOSING)

export const JSON_FRONT_BYTES = jsonFront(new Uint8Array(KID_BYTES), new Uint8Array(XAES_NONCE_BYTES)).length
export const JSON_BACK_BYTES = jsonBack(new Uint8Array(TAG_BYTES)).length

/**
 * Reads all but the ciphertext of an envelope of `length` bytes, by its front and its back.
 * @throws {GitwardError} as `parseJsonEnvelope`.
 */
export function parseJsonFrame(front: Bytes, back: Bytes, length: number): Omit<SealedMessage, 'ciphertext'> {
  const digits = length - JSON_FRONT_BYTES - JSON_BACK_BYTES
  const isWhole = front.length === JSON_FRONT_BYTES && back.length === JSON_BACK_BYTES
  if (!isWhole || digits < ANY_DIGITS.length) return parseJsonEnvelope(front) // says what is wrong
  if (digits > base64Length(JSON_MAX_BYTES)) throw malformed(': it holds more than 1 GiB')
  return parseJsonEnvelope(concat(front, ANY_DIGITS, back))
}

const ANY_DIGITS = utf8('AAAA')

/**
 * Reads the one canonical spelling: this member order, padded base64, at most 1 GiB, one final line feed,
 * nothing else.
 * @throws {GitwardError} UNSUPPORTED_VERSION for another version; MALFORMED for any other bytes.
 */
export function parseJsonEnvelope(bytes: Bytes): SealedMessage {
  if (!startsWith(bytes, JSON_MAGIC)) throw malformed()
  if (!startsWith(bytes, OPENING)) throw otherVersion(bytes)
  const tagAt = bytes.length - CLOSING.length - base64Length(TAG_BYTES)
  const ciphertextEnd = tagAt - BEFORE_TAG.length
  let at = 0
  const literal = (text: Bytes) => {
    if (!startsWith(bytes.subarray(at), text)) throw malformed()
    at += text.length
  }
  const field = (end: number) => {
    const value = end > at ? fromBase64(bytes.subarray(at, end)) : null
    if (!value) throw malformed()
    at = end
    return value
  }
  literal(OPENING)
  const kid = field(at + base64Length(KID_BYTES))
  literal(BEFORE_NONCE)
  const nonce = field(at + base64Length(XAES_NONCE_BYTES))
  literal(BEFORE_CIPHERTEXT)
  if (ciphertextEnd - at > base64Length(JSON_MAX_BYTES)) throw malformed(': it holds more than 1 GiB')
  const ciphertext = field(ciphertextEnd)
  literal(BEFORE_TAG)
  const tag = field(tagAt + base64Length(TAG_BYTES))
  literal(CLOSING)
  if (kid.length !== KID_BYTES || nonce.length !== XAES_NONCE_BYTES || tag.length !== TAG_BYTES)
    throw malformed()
  if (ciphertext.length > JSON_MAX_BYTES) throw malformed(': it holds more than 1 GiB')
  return { kid, nonce, ciphertext, tag }
}

/**
 * Seals a whole file as one JSON line: deterministic, at most 1 GiB. An empty file stays empty.
 * @throws {GitwardError} USAGE for a larger file.
 */
export function sealJson(key: EpochKey, plaintext: Bytes): Bytes {
  if (plaintext.length === 0) return plaintext
  assertJsonSize(plaintext.length)
  return formatJsonEnvelope(sealSynthetic(key, JSON_FILE, NO_POINTER, plaintext))
}

/** @throws {GitwardError} USAGE for more than an envelope may hold. */
export function assertJsonSize(length: number): void {
  if (length <= JSON_MAX_BYTES) return
  throw new GitwardError('USAGE', 'a JSON envelope holds at most 1 GiB', {
    hint: 'use the binary format: --format binary',
  })
}

/**
 * Opens a JSON envelope under the key that its kid names.
 * @throws {GitwardError} WRONG_KEY if its kid names another key; TAMPERED if anything is not what was sealed.
 */
export function openJson(key: EpochKey, envelope: SealedMessage): Bytes {
  assertNamed(envelope.kid, key)
  const plaintext = openSynthetic(key, JSON_FILE, envelope)
  if (!plaintext) throw jsonTampered('its tag does not verify')
  if (!isBoundTo(key, JSON_FILE, envelope.nonce, NO_POINTER, plaintext))
    throw jsonTampered('its nonce is not its own')
  return plaintext
}

function otherVersion(bytes: Bytes): GitwardError {
  const version = String.fromCharCode(...bytes.subarray(JSON_MAGIC.length, JSON_MAGIC.length + 4))
  if (!/^v[0-9]{1,2}"/.test(version) || version.startsWith('v1"')) return malformed()
  return new GitwardError(
    'UNSUPPORTED_VERSION',
    'this JSON envelope has a version that this gitward does not know',
    {
      hint: 'npm install --global gitward@latest',
    },
  )
}

export const jsonMalformed = (): GitwardError => malformed()
const malformed = (why = '') => new GitwardError('MALFORMED', `not a whole JSON envelope${why}`)
export const jsonTampered = (why: string): GitwardError =>
  new GitwardError('TAMPERED', `the JSON envelope was changed: ${why}`)
