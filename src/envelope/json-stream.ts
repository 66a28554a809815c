import { base64Bytes, fromBase64 } from '../core/base64.ts'
import { concat, sameBytes, type Bytes } from '../core/bytes.ts'
import type { EpochKey } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import { openingStream, sealingStream } from '../crypto/xaes-stream.ts'
import { leafHash } from './file.ts'
import { JSON_FILE, jsonBack, jsonFront, jsonMalformed, jsonTampered, NO_POINTER } from './json.ts'
import { assertNamed } from './named-key.ts'
import { aadOf, endNonce, startNonce, type SealedMessage } from './synthetic.ts'

/** Bytes that can be read again from the start, in the same pieces. */
export type Rereadable = () => AsyncIterable<Bytes>

/**
 * Seals a file that is not empty as `sealJson`, in pieces: reads it twice, for the nonce comes first.
 * @throws what `changed` makes if a piece is another the second time.
 */
export async function* sealJsonStream(
  key: EpochKey,
  plaintext: Rereadable,
  changed: () => Error,
): AsyncGenerator<Bytes> {
  const mac = startNonce(key, JSON_FILE, NO_POINTER)
  const hashes: Bytes[] = []
  for await (const piece of plaintext()) {
    mac.update(piece)
    hashes.push(leafHash(piece))
  }
  const nonce = endNonce(mac)
  yield jsonFront(key.kid, nonce)
  const sealing = sealingStream(key.subkey(JSON_FILE.aead), nonce, aadOf(key, JSON_FILE))
  let rest: Bytes = new Uint8Array(0)
  for await (const piece of plaintext()) {
    // before it is sealed: two plaintexts under one nonce would give both away
    const hash = hashes.shift()
    if (!hash || !sameBytes(hash, leafHash(piece))) throw changed()
    const ciphertext = concat(rest, sealing.update(piece))
    const whole = ciphertext.length - (ciphertext.length % 3)
    rest = ciphertext.subarray(whole)
    yield base64Bytes(ciphertext.subarray(0, whole))
  }
  if (hashes.length > 0) throw changed()
  yield concat(base64Bytes(rest), jsonBack(sealing.tag()))
}

/**
 * Opens the base64 digits of a JSON envelope in pieces. What it yields is genuine only if it comes to its end: until
 * then nobody may see it.
 * @throws {GitwardError} WRONG_KEY, MALFORMED or TAMPERED, as `openJson`.
 */
export async function* openJsonUnverified(
  key: EpochKey,
  frame: Omit<SealedMessage, 'ciphertext'>,
  digits: AsyncIterable<Bytes>,
): AsyncGenerator<Bytes> {
  assertNamed(frame.kid, key)
  const opening = openingStream(key.subkey(JSON_FILE.aead), frame.nonce, aadOf(key, JSON_FILE), frame.tag)
  const mac = startNonce(key, JSON_FILE, NO_POINTER)
  for await (const ciphertext of decoded(digits)) {
    const plaintext = opening.update(ciphertext)
    mac.update(plaintext)
    yield plaintext
  }
  if (!opening.verifies()) throw jsonTampered('its tag does not verify')
  if (!primitives.equal(frame.nonce, endNonce(mac))) throw jsonTampered('its nonce is not its own')
}

/** Strict base64 in any pieces: padding only at the end. @throws {GitwardError} MALFORMED. */
async function* decoded(digits: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let rest: Bytes = new Uint8Array(0)
  let isEnded = false
  for await (const piece of digits) {
    const all = concat(rest, piece)
    const whole = all.length - (all.length % 4)
    rest = all.subarray(whole)
    const bytes = fromBase64(all.subarray(0, whole))
    if (!bytes || (isEnded && whole > 0)) throw jsonMalformed()
    isEnded ||= bytes.length < (whole / 4) * 3
    yield bytes
  }
  if (rest.length > 0) throw jsonMalformed()
}
