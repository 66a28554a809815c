import { utf8, type Bytes } from '../core/bytes.ts'
import { primitives } from './node.ts'
import { assertLength } from './primitives.ts'

export const EPOCH_KEY_BYTES = 32
export const REPO_ID_BYTES = 16
export const KID_BYTES = 8

/** Every use of an epoch key has a subkey of its own (SPEC "Subkeys"). */
export type SubkeyLabel =
  | 'value/nonce'
  | 'value/aead'
  | 'json/nonce'
  | 'json/aead'
  | 'file/salt'
  | 'file/aead'
  | 'epoch-chain'
  | 'members'
  | 'contribute'
  | 'key-id'

/** 32 random bytes of one scope, bound to a repository, as its subkeys. */
export interface EpochKey {
  readonly secret: Bytes
  readonly repo: Bytes
  /** fp: 32 public bytes that name the key. */
  readonly fingerprint: Bytes
  /** The first 8 bytes of fp: stands in every envelope. */
  readonly kid: Bytes
  subkey(label: SubkeyLabel): Bytes
}

/**
 * subkey(label) = HKDF-SHA-256(ikm=E, salt=R, info="gitward/v1/" || label, 32), each derived once.
 * Takes copies: the caller may overwrite `epochSecret` afterwards.
 */
export function epochKey(epochSecret: Bytes, repoId: Bytes): EpochKey {
  assertLength('epoch key', epochSecret, EPOCH_KEY_BYTES)
  assertLength('repo id', repoId, REPO_ID_BYTES)
  const secret = Uint8Array.from(epochSecret)
  const repo = Uint8Array.from(repoId)
  const cache = new Map<SubkeyLabel, Bytes>()
  const subkey = (label: SubkeyLabel): Bytes => {
    const known = cache.get(label)
    if (known) return known
    const derived = primitives.hkdfSha256(secret, repo, utf8(`gitward/v1/${label}`), 32)
    cache.set(label, derived)
    return derived
  }
  const fingerprint = subkey('key-id')
  return { secret, repo, fingerprint, kid: fingerprint.slice(0, KID_BYTES), subkey }
}
