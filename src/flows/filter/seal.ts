import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { sealFile } from '../../envelope/file.ts'
import { sealJson } from '../../envelope/json.ts'
import { keysOfScope, type Keyring } from '../../keys/keyring.ts'
import { highestPinned } from '../../keys/pins.ts'
import type { WholeFile } from '../../policy/policy.ts'
import type { FilterSession } from './session.ts'

/**
 * Seals a whole file under the newest trusted epoch; unchanged plaintext keeps the older-epoch ciphertext that
 * HEAD or the index holds.
 * @throws {GitwardError} LOCKED without a key of the scope, or when the tree has a newer epoch than this machine.
 */
export function sealWhole(
  session: FilterSession,
  path: GitPath,
  plaintext: Bytes,
  { scope, form }: WholeFile,
): Bytes {
  const keys = keysOfScope(session.keyring, scope)
  const [newest] = keys
  const wanted = newestKnownEpoch(session, scope)
  const seal = (key: EpochKey) => (form === 'json' ? sealJson(key, plaintext) : sealFile(key, plaintext))
  if (newest && newest.epoch === wanted && keys.length === 1) return seal(newest.key)
  const kept = keys.map(({ key }) => seal(key)).find(sealed => session.held.holds(path, sealed))
  if (kept) return kept
  if (!newest && session.held.holds(path, plaintext)) return plaintext // planted earlier: nothing new
  assertSealable(path, scope, keys, wanted)
  return seal(newest!.key)
}

/** @throws {GitwardError} LOCKED without a key of the scope, or when a newer epoch is known than is unlocked. */
export function assertSealable(
  path: GitPath,
  scope: string,
  keys: Keyring,
  newestKnown: number,
  pointer = '',
): void {
  const place = pointer === '' ? shown(path) : `${shown(path)}: ${pointer}`
  const [newest] = keys
  if (!newest) throw lockedError(place, scope)
  if (newest.epoch >= newestKnown) return
  throw new GitwardError(
    'LOCKED',
    `${place}: scope ${scope} has a newer key than this machine knows: nothing new is encrypted under the old one`,
    {
      hint: 'gitward unlock',
    },
  )
}

export const lockedError = (place: string, scope: string): GitwardError =>
  new GitwardError(
    'LOCKED',
    `${place}: cannot be encrypted or checked, because scope ${scope} is locked here`,
    { hint: 'gitward unlock' },
  )

/** The highest epoch that this machine pinned or the tree holds: an older branch may lack the newest file. */
export function newestKnownEpoch(session: FilterSession, scope: string): number {
  const inTree = session.epochFiles().filter(file => file.scope === scope)
  const pinned = session.trust ? highestPinned(session.trust.pins, scope) : 0
  return Math.max(pinned, ...inTree.map(file => file.epoch))
}
