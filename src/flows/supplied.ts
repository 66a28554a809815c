import { sameBytes, type Bytes } from '../core/bytes.ts'
import { epochKey } from '../crypto/epoch-key.ts'
import type { SuppliedKey, UnlockedKey } from '../keys/keyring.ts'
import { pinnedFingerprint, pinnedPlace } from '../keys/pins.ts'
import type { Trust } from './state.ts'
import type { EpochFile } from './tracked.ts'

export interface PlacedKeys {
  readonly placed: readonly UnlockedKey[]
  /** Scopes of supplied keys that no epoch file of the scope is named after. */
  readonly strangers: readonly string[]
}

/** Those of `placed` that this machine has not pinned another key for. */
export const notPinnedOtherwise = (placed: readonly UnlockedKey[], trust: Trust | null): UnlockedKey[] =>
  placed.filter(({ scope, epoch, key }) => {
    const pinned = trust && pinnedFingerprint(trust.pins, scope, epoch)
    return !pinned || sameBytes(pinned, key.fingerprint)
  })

/** The scope that a kid belongs to: pins first, else the epoch files' names; null for a foreign key. */
export function scopeOfKid(
  kid: Bytes,
  trust: Trust | null,
  files: () => readonly EpochFile[],
): string | null {
  const pinned = trust && pinnedPlace(trust.pins, kid)
  return pinned?.scope ?? files().find(file => sameBytes(file.kid, kid))?.scope ?? null
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
