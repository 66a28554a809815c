import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { printable } from '../../core/printable.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { sealFile } from '../../envelope/file.ts'
import { sealJson } from '../../envelope/json.ts'
import { keysOfScope, type Keyring } from '../../keys/keyring.ts'
import { highestPinned } from '../../keys/pins.ts'
import { pointerScope, type WholeFile } from '../../policy/policy.ts'
import type { HashedPolicy } from '../state.ts'
import { opensTo } from './opened.ts'
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
  policy: HashedPolicy | null,
): Bytes {
  const keys = keysOfScope(session.keyring, scope)
  const seal = (key: EpochKey) => (form === 'json' ? sealJson(key, plaintext) : sealFile(key, plaintext))
  const sealed = keys.map(({ key }) => seal(key))
  const kept =
    sealed.find(each => session.held.holds(path, each)) ?? unmoved(session, path, plaintext, policy, scope)
  if (kept) return kept
  if (keys.length === 0 && session.held.holds(path, plaintext)) return plaintext // planted earlier: nothing new
  assertSealable(path, scope, keys, newestKnownEpoch(session, scope))
  assertScopeIsTrusted(session, path, policy, scope)
  return sealed[0]!
}

/** Unchanged plaintext keeps the envelope of the scope that an unaccepted policy moves it out of. */
function unmoved(
  session: FilterSession,
  path: GitPath,
  plaintext: Bytes,
  policy: HashedPolicy | null,
  scope: string,
): Bytes | null {
  if (scopeMovedFrom(session, path, policy, scope) === null) return null
  return session.held.contents(path).find(held => opensTo(session, held, plaintext)) ?? null
}

/** @throws {GitwardError} LOCKED without a key of the scope, or when a newer epoch is known than is unlocked. */
export function assertSealable(
  path: GitPath,
  scope: string,
  keys: Keyring,
  newestKnown: number,
  pointer = '',
): void {
  const place = placeOf(path, pointer)
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

/** A file, or a value in it, as messages name it. */
export const placeOf = (path: GitPath, pointer: string): string =>
  pointer === '' ? shown(path) : `${shown(path)}: ${printable(pointer)}`

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

/**
 * Whoever may write the policy could move a path into a scope of theirs and wait for the next edit.
 * @throws {GitwardError} REFUSED if the policy that this machine trusts seals the place in another scope.
 */
export function assertScopeIsTrusted(
  session: FilterSession,
  path: GitPath,
  policy: HashedPolicy | null,
  scope: string,
  pointer = '',
): void {
  const pinned = scopeMovedFrom(session, path, policy, scope, pointer)
  if (pinned === null) return
  const place = placeOf(path, pointer)
  const why = `the policy here moves it from scope ${pinned} to scope ${scope}: other people could read it`
  throw new GitwardError('REFUSED', `${place}: ${why}`, { hint: 'if that is meant: gitward policy accept' })
}

/** The scope in which the trusted policy seals a place, if the policy here names another and nobody accepted that. */
export function scopeMovedFrom(
  session: FilterSession,
  path: GitPath,
  policy: HashedPolicy | null,
  scope: string,
  pointer = '',
): string | null {
  if (policy?.hash === session.trust?.policy?.hash) return null
  const pinned = pointerScope(session.trustedProtection(path), pointer)
  return pinned === null || pinned === scope || session.hasAccepted(policy) ? null : pinned
}
