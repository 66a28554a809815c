import { sameBytes, type Bytes } from '../core/bytes.ts'
import { epochKey } from '../crypto/epoch-key.ts'
import type { SuppliedKey, UnlockedKey } from '../keys/keyring.ts'
import type { EpochFile } from './tracked.ts'

export interface PlacedKeys {
  readonly placed: readonly UnlockedKey[]
  /** Scopes of supplied keys that no epoch file of the scope is named after. */
  readonly strangers: readonly string[]
}

/** Finds the epoch of each supplied key by its kid among the epoch files of its scope. */
export function placeSuppliedKeys(
  supplied: readonly SuppliedKey[],
  repo: Bytes,
  files: readonly EpochFile[],
): PlacedKeys {
  const placed: UnlockedKey[] = []
  const strangers: string[] = []
  for (const { scope, secret } of supplied) {
    const key = epochKey(secret, repo)
    const file = files.find(each => each.scope === scope && sameBytes(each.kid, key.kid))
    if (file) placed.push({ scope, epoch: file.epoch, key })
    else strangers.push(scope)
  }
  return { placed, strangers }
}
