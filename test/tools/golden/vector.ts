import { concat, lengthPrefixed, toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import type { EpochKey } from '../../../src/crypto/epoch-key.ts'
import { primitives } from '../../../src/crypto/node.ts'
import type { Purpose } from '../../../src/envelope/synthetic.ts'
import { KEY, OTHER_KEY } from '../keys.ts'

/** What a reader must make of a vector (SPEC "Test vectors"). */
export type Outcome =
  | 'success'
  | 'malformed'
  | 'unsupported-version'
  | 'unknown-key'
  | 'wrong-scope'
  | 'tag-mismatch'
  | 'moved'

/** Bytes are lowercase hex, but a file's `envelope` is base64; tokens and JSON envelopes are text. */
export interface Vector {
  readonly name: string
  readonly comment: string
  readonly repo: string
  readonly key: string
  readonly pointer?: string
  /** The scope that the policy gives the path, and what the repository says of each kid. */
  readonly scope?: string
  readonly kids?: Readonly<Record<string, string>>
  /** What opens the keyslot of a portable file: an age identity, without `AGE-SECRET-KEY-`. */
  readonly identity?: string
  readonly envelope: string
  readonly outcome: Outcome
  readonly plaintext?: string
  /** In place of `plaintext` where it is long. */
  readonly plaintextSha256?: string
  /** Intermediate values, for whoever writes an implementation. */
  readonly steps?: Readonly<Record<string, string>>
}

export interface GoldenFile {
  readonly about: string
  readonly vectors: readonly Vector[]
}

export type Extra = Partial<Omit<Vector, 'name' | 'comment' | 'envelope' | 'outcome'>>

export const VALUE: Purpose = { context: 'gitward/v1/value', nonce: 'value/nonce', aead: 'value/aead' }
export const JSON_FILE: Purpose = { context: 'gitward/v1/json', nonce: 'json/nonce', aead: 'json/aead' }

export const ofKey = (key: EpochKey) => ({ repo: toHex(key.repo), key: toHex(key.secret) })
export const flipped = (bytes: Bytes, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))

export function good(name: string, comment: string, envelope: string, extra: Extra): Vector {
  return { name, comment, ...ofKey(KEY), ...extra, envelope, outcome: 'success' }
}

export function bad(
  outcome: Outcome,
  name: string,
  comment: string,
  envelope: string,
  extra: Extra = {},
): Vector {
  return { name, comment, ...ofKey(KEY), ...extra, envelope, outcome }
}

/** The three ways in which a key can be the wrong one, and the right scope, for an envelope of KEY. */
export function scopeVectors(envelope: string, plaintext: string, extra: Extra): Vector[] {
  const prod = { [toHex(KEY.kid)]: 'prod' }
  return [
    good('right-scope', 'the kid belongs to the scope that the policy asks for', envelope, {
      ...extra,
      scope: 'prod',
      kids: prod,
      plaintext,
    }),
    bad('wrong-scope', 'wrong-scope', 'the kid belongs to another scope: the key would open it', envelope, {
      ...extra,
      scope: 'default',
      kids: prod,
    }),
    bad('unknown-key', 'no-scope', 'the kid belongs to no scope of the repository', envelope, {
      ...extra,
      scope: 'default',
      kids: { [toHex(OTHER_KEY.kid)]: 'default' },
    }),
    bad('unknown-key', 'unknown-key', 'the kid names another key than the one at hand', envelope, {
      ...extra,
      ...ofKey(OTHER_KEY),
    }),
  ]
}

export function syntheticSteps(purpose: Purpose, pointer: string, sealed: Bytes): Record<string, string> {
  const aad = concat(lengthPrefixed(utf8(purpose.context)), lengthPrefixed(KEY.kid))
  const nonceInput = concat(lengthPrefixed(aad), lengthPrefixed(utf8(pointer)), sealed)
  const nonce = primitives.hmacSha256(KEY.subkey(purpose.nonce)).update(nonceInput).digest()
  return {
    fingerprint: toHex(KEY.fingerprint),
    kid: toHex(KEY.kid),
    nonceSubkey: toHex(KEY.subkey(purpose.nonce)),
    aeadSubkey: toHex(KEY.subkey(purpose.aead)),
    aad: toHex(aad),
    sealed: toHex(sealed),
    nonceInput: toHex(nonceInput),
    nonce: toHex(nonce.subarray(0, 24)),
  }
}

export const base64 = (bytes: Bytes) => Buffer.from(bytes).toString('base64')
export const ascii = (bytes: Bytes) => Buffer.from(bytes).toString('latin1')
export const sha256 = (bytes: Bytes) => toHex(primitives.sha256().update(bytes).digest())

export const spelled = (file: GoldenFile): string => `${JSON.stringify(file, null, 2)}\n`
