import { sameBytes, type Bytes } from '../core/bytes.ts'
import { epochKey } from '../crypto/epoch-key.ts'
import { findKey, type Keyring, type SuppliedKey, type UnlockedKey } from '../keys/keyring.ts'
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

/**
 * The scope that a kid belongs to: what this machine pinned; else the scope of the unlocked key itself; else what
 * the epoch files' names say, if they agree. A planted file must not lend a key to another scope.
 */
export function scopeOfKid(
  kid: Bytes,
  {
    keyring,
    trust,
    files,
  }: { keyring: () => Keyring; trust: Trust | null; files: () => readonly EpochFile[] },
): string | null {
  const known = (trust && pinnedPlace(trust.pins, kid)) ?? findKey(keyring(), kid)
  if (known) return known.scope
  const [scope, ...others] = new Set(
    files()
      .filter(file => sameBytes(file.kid, kid))
      .map(file => file.scope),
  )
  return scope === undefined || others.length > 0 ? null : scope
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
