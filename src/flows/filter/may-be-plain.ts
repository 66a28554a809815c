import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import { caselessPattern, isNeverProtected } from '../../policy/policy.ts'
import { isWeaker } from '../../policy/weaker.ts'
import type { HashedPolicy } from '../state.ts'
import type { FilterSession } from './session.ts'

/**
 * Asks whether a changed file may enter the object store as plaintext, which `policy` leaves unprotected.
 * @throws {GitwardError} REFUSED.
 */
export function assertMayBePlain(session: FilterSession, path: GitPath, policy: HashedPolicy | null): void {
  assertCaseIsMeant(path, policy)
  assertRatchet(session, path)
  assertNotDowngraded(session, path)
}

/** Where git ignores case, `.ENV` gets the attributes of `.env`: the policy does not, so nobody may guess. */
function assertCaseIsMeant(path: GitPath, policy: HashedPolicy | null): void {
  const pattern = policy && !isNeverProtected(path) ? caselessPattern(policy.compiled, path) : null
  if (pattern === null) return
  throw refused(
    path,
    `matches the pattern ${pattern} only if case is ignored`,
    `gitward protect ${quoted(shown(path))}, or rename the file`,
  )
}

/** Never plaintext where ciphertext is held, whatever the policy says. */
function assertRatchet(session: FilterSession, path: GitPath): void {
  if (!session.held.contents(path).some(held => isEnvelope(recognise(held)) || isLfsPointer(held))) return
  throw refused(path, 'git holds this file encrypted, and the policy here no longer protects it')
}

/** Never plaintext where the policy that this machine trusts asks for ciphertext. */
function assertNotDowngraded(session: FilterSession, path: GitPath): void {
  if (!isWeaker(session.trustedProtection(path), null)) return
  throw refused(path, 'the policy here is weaker than the one this machine trusts, which encrypts this file')
}

const refused = (path: GitPath, why: string, hint = 'if that is meant: gitward policy accept') =>
  new GitwardError('REFUSED', `${shown(path)}: ${why}`, { hint })
