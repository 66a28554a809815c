import type { Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { isEnvelope, recognise, type Envelope, type Recognised } from '../../envelope/recognise.ts'
import { mayHoldTokens } from '../../envelope/token.ts'
import { formatNameOf } from '../../formats/table.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import { findKey } from '../../keys/keyring.ts'
import {
  isInLfs,
  protectionOf,
  protectionScopes,
  type Protection,
  type SealedValues,
} from '../../policy/policy.ts'
import type { HashedPolicy } from '../state.ts'
import { cleanValues } from './clean-values.ts'
import { intoLfs, passPointer } from './lfs.ts'
import { assertMayBePlain } from './may-be-plain.ts'
import type { FilterSession } from './session.ts'
import { opened, opensTo } from './opened.ts'
import { lockedError, sealWhole } from './seal.ts'

/**
 * Worktree bytes to index bytes.
 * @throws {GitwardError} for whatever must not enter the object store; git then refuses the file.
 */
export async function clean(session: FilterSession, path: GitPath, bytes: Bytes): Promise<Bytes> {
  if (bytes.length === 0) return bytes
  try {
    return await cleanUnder(session, path, bytes, await session.policies.here())
  } catch (error) {
    const held = error instanceof GitwardError ? session.held.asHeld(path, bytes) : null
    if (held && !replacesCiphertext(session, path, bytes)) return held // nothing new
    return await unchangedOrThrow(session, path, bytes, error)
  }
}

/** True if plaintext would take the place of ciphertext that git holds here too: some stage is sealed already. */
function replacesCiphertext({ held }: FilterSession, path: GitPath, bytes: Bytes): boolean {
  const isSealed = (each: Bytes) => isEnvelope(recognise(each)) || isLfsPointer(each) || mayHoldTokens(each)
  return !isSealed(bytes) && held.contents(path).some(isSealed)
}

/**
 * A policy that cannot be read stops only what changed: what the last good policy would have given, and git
 * holds already, still passes, so that status and diff go on working while someone mends the file.
 */
async function unchangedOrThrow(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  error: unknown,
): Promise<Bytes> {
  if (!hasCode(error, 'CONFIG')) throw error
  const cleaned = await cleanedBy(session.policies.lastGood(), session, path, bytes)
  if (cleaned && session.held.holds(path, cleaned)) return cleaned
  throw error
}

/** Null where that policy would refuse the file as well. */
async function cleanedBy(
  policy: HashedPolicy | null,
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
): Promise<Bytes | null> {
  try {
    return await cleanUnder(session, path, bytes, policy)
  } catch (error) {
    if (error instanceof GitwardError) return null
    throw error
  }
}

async function cleanUnder(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  policy: HashedPolicy | null,
): Promise<Bytes> {
  const protection = policy && protectionOf(policy.compiled, path)
  if (!protection) return cleanUnprotected(session, path, bytes, policy)
  if (isLfsPointer(bytes) && passPointer(session, path, bytes, policy.compiled)) return bytes
  const cleaned = await cleanProtected(session, path, bytes, policy, protection)
  return isInLfs(protection) ? intoLfs(session, path, cleaned) : cleaned
}

async function cleanProtected(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  policy: HashedPolicy | null,
  protection: Protection,
): Promise<Bytes> {
  const what = recognise(bytes)
  // what only starts like an envelope is a file like any other, unless git holds it: a damaged one stays visible
  const isFile = what.kind === 'plain' || (what.kind === 'malformed' && !session.held.holds(path, bytes))
  if (!isFile) return passCiphertext(session, path, bytes, what, protectionScopes(protection))
  if (protection.mode === 'whole') return sealWhole(session, path, bytes, protection, policy)
  return cleanValues(session, path, bytes, policy, protection)
}

/**
 * Ciphertext passes unchanged if all of it authenticates in a scope that the policy gives the path, or if git
 * holds it. @throws {GitwardError} for any other: nobody here can vouch for it.
 */
function passCiphertext(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  what: Recognised,
  scopes: readonly string[],
): Bytes {
  if (isEnvelope(what) && isOurs(session, what, scopes)) return bytes
  if (session.held.holds(path, bytes) || isRenamed(session, what, bytes, scopes)) return bytes
  throw refuseUnopenable(session, path, what, scopes)
}

/** True if git holds the envelope at another path: `git mv` needs no key within a scope. */
function isRenamed(
  session: FilterSession,
  what: Recognised,
  bytes: Bytes,
  scopes: readonly string[],
): boolean {
  return (
    isEnvelope(what) && scopes.includes(session.scopeOf(what.kid) ?? '') && session.held.holdsAnywhere(bytes)
  )
}

/** True if all of the envelope authenticates under an unlocked key of a scope that the policy gives the path. */
function isOurs(session: FilterSession, envelope: Envelope, scopes: readonly string[]): boolean {
  return (
    scopes.includes(findKey(session.keyring, envelope.kid)?.scope ?? '') && opened(session, envelope) !== null
  )
}

/** New ciphertext that nobody here can vouch for: says which kind it is and what mends it. */
function refuseUnopenable(
  session: FilterSession,
  path: GitPath,
  what: Recognised,
  scopes: readonly string[],
): GitwardError {
  const name = shown(path)
  const hint = `git checkout -- ${quoted(name)}`
  if (what.kind === 'unsupported') return what.reason.in(name)
  if (!isEnvelope(what)) {
    const why = 'a portable envelope cannot stand in a protected path: the team could not open it'
    return new GitwardError('REFUSED', `${name}: ${why}`, {
      hint: `gitward decrypt ${quoted(name)} -o ${quoted(name)} --force`,
    })
  }
  const theirs = session.scopeOf(what.kid)
  if (theirs === null) {
    return new GitwardError(
      'UNKNOWN_KEY',
      `${name}: this ciphertext is new and its key is not one of this repository's`,
      { hint },
    )
  }
  if (!scopes.includes(theirs)) {
    const why = `this ciphertext is of scope ${theirs}, but the policy puts this path into scope ${scopes.join(', ')}`
    return new GitwardError('WRONG_SCOPE', `${name}: ${why}`, { hint })
  }
  if (!findKey(session.keyring, what.kid)) return lockedError(name, theirs)
  return new GitwardError('TAMPERED', `${name}: this ciphertext was changed: it does not authenticate`, {
    hint,
  })
}

/** A path that the policy does not protect; the filter still runs where attributes or an older policy say so. */
async function cleanUnprotected(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  policy: HashedPolicy | null,
): Promise<Bytes> {
  const held = session.held.asHeld(path, bytes)
  if (held) return held
  if (isEnvelope(recognise(bytes))) return bytes
  if (session.hasAccepted(policy)) return bytes
  const unchanged = await heldForm(session, path, bytes)
  if (unchanged) return unchanged
  if (formatNameOf(path) !== null && isSealedByValue(session, path))
    return cleanValues(session, path, bytes, policy, NOTHING_SELECTED)
  assertMayBePlain(session, path, policy)
  return bytes
}

/** True if git holds tokens of the file, or this machine trusts a policy that seals values in it. */
function isSealedByValue(session: FilterSession, path: GitPath): boolean {
  const pinned = session.trustedProtection(path)
  return pinned?.mode === 'values' || session.held.contents(path).some(mayHoldTokens)
}

/** Ratchet and trust judge each value where the policy has forgotten the whole file. */
const NOTHING_SELECTED: SealedValues = { mode: 'values', rules: [] }

/** What git holds of a file that nobody changed, whatever the policy here says of it now; null if it was. */
async function heldForm(session: FilterSession, path: GitPath, bytes: Bytes): Promise<Bytes | null> {
  const envelope = session.held.contents(path).find(held => opensTo(session, held, bytes))
  if (envelope) return session.held.asHeld(path, envelope)
  const trusted = session.trust?.policy ?? null
  if (!trusted || !protectionOf(trusted.compiled, path)) return null
  const cleaned = await cleanedBy(trusted, session, path, bytes)
  return cleaned && session.held.holds(path, cleaned) ? cleaned : null
}
