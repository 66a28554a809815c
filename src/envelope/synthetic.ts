import { concat, lengthPrefixed, u64be, utf8, type Bytes } from '../core/bytes.ts'
import type { EpochKey, SubkeyLabel } from '../crypto/epoch-key.ts'
import { primitives } from '../crypto/node.ts'
import { TAG_BYTES, type Aead, type Digest } from '../crypto/primitives.ts'
import { xaes, XAES_NONCE_BYTES } from '../crypto/xaes.ts'

/** One sealed message with what stands beside it: the fields of value tokens and JSON envelopes. */
export interface SealedMessage {
  readonly kid: Bytes
  readonly nonce: Bytes
  readonly ciphertext: Bytes
  readonly tag: Bytes
}

/** What a message is for: it picks the subkeys and stands in the aad, so that no kind opens as another. */
export interface Purpose {
  readonly context: string
  readonly nonce: SubkeyLabel
  readonly aead: SubkeyLabel
}

/**
 * XAES-256-GCM under a synthetic nonce (SPEC "Synthetic nonces"): the same key, pointer and plaintext always
 * give the same message, and different ones never share a nonce.
 */
export function sealSynthetic(
  key: EpochKey,
  purpose: Purpose,
  pointer: string,
  plaintext: Bytes,
): SealedMessage {
  const { aead, aad } = preparedFor(key, purpose)
  const nonce = syntheticNonce(key, purpose, pointer, plaintext)
  const sealed = aead.seal(nonce, plaintext, aad)
  const end = sealed.length - TAG_BYTES
  return { kid: key.kid, nonce, ciphertext: sealed.subarray(0, end), tag: sealed.subarray(end) }
}

/** The plaintext; null if key, purpose or any byte differs. Says nothing of the pointer: see `isBoundTo`. */
export function openSynthetic(
  key: EpochKey,
  purpose: Purpose,
  { nonce, ciphertext, tag }: SealedMessage,
): Bytes | null {
  const { aead, aad } = preparedFor(key, purpose)
  return aead.open(nonce, concat(ciphertext, tag), aad)
}

/** True if `nonce` is the one that this pointer and plaintext give; compared in constant time. */
export function isBoundTo(
  key: EpochKey,
  purpose: Purpose,
  nonce: Bytes,
  pointer: string,
  plaintext: Bytes,
): boolean {
  return primitives.equal(nonce, syntheticNonce(key, purpose, pointer, plaintext))
}

/** HMAC-SHA-256(nonce subkey, LP(aad) || LP(pointer) || P)[0..24]. */
const syntheticNonce = (key: EpochKey, purpose: Purpose, pointer: string, plaintext: Bytes): Bytes =>
  endNonce(startNonce(key, purpose, pointer).update(plaintext))

/** The MAC of a synthetic nonce, to be fed with the plaintext. */
export function startNonce(key: EpochKey, purpose: Purpose, pointer: string): Digest {
  const { prefixedAad } = preparedFor(key, purpose)
  const place = utf8(pointer)
  return primitives
    .hmacSha256(key.subkey(purpose.nonce))
    .update(concat(prefixedAad, u64be(place.length), place))
}

export const endNonce = (mac: Digest): Bytes => mac.digest().subarray(0, XAES_NONCE_BYTES)

/** What is authenticated beside every message of one key and purpose. */
export const aadOf = (key: EpochKey, purpose: Purpose): Bytes => preparedFor(key, purpose).aad

interface Prepared {
  readonly aead: Aead
  /** LP(context) || LP(kid). */
  readonly aad: Bytes
  /** LP(aad). */
  readonly prefixedAad: Bytes
}

const prepared = new WeakMap<EpochKey, Map<Purpose, Prepared>>()

/** What all messages of one key and purpose share: a file holds thousands of values. */
function preparedFor(key: EpochKey, purpose: Purpose): Prepared {
  const known = prepared.get(key)?.get(purpose)
  if (known) return known
  const aad = concat(lengthPrefixed(utf8(purpose.context)), lengthPrefixed(key.kid))
  const made = { aead: xaes(key.subkey(purpose.aead)), aad, prefixedAad: lengthPrefixed(aad) }
  prepared.set(key, (prepared.get(key) ?? new Map<Purpose, Prepared>()).set(purpose, made))
  return made
}
