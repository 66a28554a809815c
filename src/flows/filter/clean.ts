import { sameBytes, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import {
  isEnvelope,
  openEnvelope,
  recognise,
  type Envelope,
  type Recognised,
} from '../../envelope/recognise.ts'
import { findKey } from '../../keys/keyring.ts'
import { protectionOf, type Protection, type WholeFile } from '../../policy/policy.ts'
import { isWeaker } from '../../policy/weaker.ts'
import type { HashedPolicy } from '../state.ts'
import type { FilterSession } from './session.ts'
import { sealWhole } from './seal.ts'

/**
 * Worktree bytes to index bytes.
 * @throws {GitwardError} for whatever must not enter the object store; git then refuses the file.
 */
export async function clean(session: FilterSession, path: GitPath, bytes: Bytes): Promise<Bytes> {
  if (bytes.length === 0) return bytes
  try {
    return cleanUnder(session, path, bytes, await session.policies.here())
  } catch (error) {
    return unchangedOrThrow(session, path, bytes, error)
  }
}

/**
 * A policy that cannot be read stops only what changed: what the last good policy would have given, and git
 * holds already, still passes, so that status and diff go on working while someone mends the file.
 */
function unchangedOrThrow(session: FilterSession, path: GitPath, bytes: Bytes, error: unknown): Bytes {
  if (!hasCode(error, 'CONFIG')) throw error
  const cleaned = cleanedByLastGood(session, path, bytes)
  if (cleaned && session.held.holds(path, cleaned)) return cleaned
  throw error
}

/** Null where the last good policy would refuse the file as well. */
function cleanedByLastGood(session: FilterSession, path: GitPath, bytes: Bytes): Bytes | null {
  try {
    return cleanUnder(session, path, bytes, session.policies.lastGood())
  } catch (error) {
    if (error instanceof GitwardError) return null
    throw error
  }
}

function cleanUnder(session: FilterSession, path: GitPath, bytes: Bytes, policy: HashedPolicy | null): Bytes {
  const protection = policy && protectionOf(policy.compiled, path)
  if (protection?.mode === 'whole') return cleanWhole(session, path, bytes, protection)
  if (protection?.mode === 'values') throw new GitwardError('CONFIG', 'values: not here yet')
  return cleanUnprotected(session, path, bytes, policy)
}

function cleanWhole(session: FilterSession, path: GitPath, bytes: Bytes, protection: WholeFile): Bytes {
  const what = recognise(bytes)
  if (what.kind === 'plain') return sealWhole(session, path, bytes, protection)
  if (isEnvelope(what) && isOurs(session, what, protection.scope)) return bytes
  if (session.held.holds(path, bytes) || isRenamed(session, what, bytes, protection.scope)) return bytes
  // starts like an envelope and is none: a file like any other
  if (what.kind === 'malformed') return sealWhole(session, path, bytes, protection)
  throw refuseUnopenable(session, path, what, protection.scope)
}

/** True if git holds the envelope at another path: `git mv` needs no key within a scope. */
const isRenamed = (session: FilterSession, what: Recognised, bytes: Bytes, scope: string): boolean =>
  isEnvelope(what) && session.scopeOf(what.kid) === scope && session.held.holdsAnywhere(bytes)

/** True if all of the envelope authenticates under an unlocked key of the scope that the policy asks for. */
const isOurs = (session: FilterSession, envelope: Envelope, scope: string): boolean =>
  findKey(session.keyring, envelope.kid)?.scope === scope && opened(session, envelope) !== null

/** The plaintext; null without its key, or if anything in it was changed. */
function opened({ keyring }: FilterSession, envelope: Envelope): Bytes | null {
  const unlocked = findKey(keyring, envelope.kid)
  try {
    return unlocked && openEnvelope(unlocked.key, envelope)
  } catch (error) {
    if (hasCode(error, 'TAMPERED')) return null
    throw error
  }
}

/** New ciphertext that nobody here can vouch for: say which kind it is and what mends it. */
function refuseUnopenable(
  session: FilterSession,
  path: GitPath,
  what: Recognised,
  scope: string,
): GitwardError {
  const name = shown(path)
  if (what.kind === 'unsupported')
    return new GitwardError('UNSUPPORTED_VERSION', `${name}: ${what.reason.message}`, {
      hint: what.reason.hint!,
    })
  if (!isEnvelope(what)) {
    return new GitwardError(
      'REFUSED',
      `${name}: a portable envelope cannot stand in a protected path: the team could not open it`,
      {
        hint: `gitward decrypt ${name}`,
      },
    )
  }
  const theirs = session.scopeOf(what.kid)
  if (theirs === null) {
    return new GitwardError(
      'UNKNOWN_KEY',
      `${name}: this ciphertext is new and its key is not one of this repository's`,
      { hint: `git checkout -- ${name}` },
    )
  }
  if (theirs !== scope) {
    return new GitwardError(
      'WRONG_SCOPE',
      `${name}: this ciphertext is of scope ${theirs}, but the policy puts this path into scope ${scope}`,
      {
        hint: 'gitward status',
      },
    )
  }
  if (!findKey(session.keyring, what.kid)) {
    return new GitwardError(
      'LOCKED',
      `${name}: this ciphertext is new and cannot be checked while scope ${scope} is locked`,
      { hint: 'gitward unlock' },
    )
  }
  return new GitwardError('TAMPERED', `${name}: this ciphertext was changed: it does not authenticate`, {
    hint: `git checkout -- ${name}`,
  })
}

/** A path that the policy does not protect; the filter still runs where attributes or an older policy say so. */
function cleanUnprotected(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  policy: HashedPolicy | null,
): Bytes {
  if (isEnvelope(recognise(bytes)) || session.held.holds(path, bytes)) return bytes
  if (session.hasAccepted(policy)) return bytes
  const sealed = session.held.contents(path).filter(held => isEnvelope(recognise(held)))
  const unchanged = sealed.find(held => opensTo(session, held, bytes))
  if (unchanged) return unchanged
  if (sealed.length > 0) throw ratchet(path)
  assertNotDowngraded(session, path)
  return bytes
}

/** True if the envelope holds these bytes: then the file is unchanged, whatever the policy says of it now. */
function opensTo(session: FilterSession, envelope: Bytes, bytes: Bytes): boolean {
  const what = recognise(envelope)
  const plaintext = isEnvelope(what) ? opened(session, what) : null
  return plaintext !== null && sameBytes(plaintext, bytes)
}

/** Never plaintext where ciphertext is held, whatever the policy says. */
const ratchet = (path: GitPath) =>
  new GitwardError(
    'REFUSED',
    `${shown(path)}: git holds this file encrypted, and the policy here no longer protects it`,
    {
      hint: 'if that is meant: gitward policy accept',
    },
  )

/** Never plaintext where the policy that this machine trusts asks for ciphertext. */
function assertNotDowngraded(session: FilterSession, path: GitPath): void {
  const trusted = session.trust?.policy
  const pinned: Protection | null = trusted ? protectionOf(trusted.compiled, path) : null
  if (!isWeaker(pinned, null)) return
  throw new GitwardError(
    'REFUSED',
    `${shown(path)}: the policy here is weaker than the one this machine trusts, which encrypts this file`,
    {
      hint: 'if that is meant: gitward policy accept',
    },
  )
}
