import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { storeInLfs } from '../../git/lfs.ts'
import { isInLfs, protectionOf, type CompiledPolicy, type WholeFile } from '../../policy/policy.ts'
import type { FilterSession } from './session.ts'

/** An envelope goes into git-lfs, and git gets the pointer; whatever else clean lets through is no envelope. */
export const intoLfs = ({ repository }: FilterSession, cleaned: Bytes): Bytes =>
  isEnvelope(recognise(cleaned)) ? storeInLfs(repository, cleaned) : cleaned

/**
 * True if a git-lfs pointer in the work tree stands for a file that git holds: locked, or not downloaded. False
 * for a file that only looks like one, where the policy keeps nothing in git-lfs.
 * @throws {GitwardError} REFUSED for a new one: nobody here can vouch for what it points to.
 */
export function passPointer(
  session: FilterSession,
  path: GitPath,
  pointer: Bytes,
  policy: CompiledPolicy,
): boolean {
  if (session.held.holds(path, pointer)) return true
  const protection = protectionOf(policy, path)
  if (!isInLfs(protection)) return false
  if (isRenamed(session, pointer, policy, protection)) return true
  const why = 'this git-lfs pointer is new here: what it points to may be plaintext'
  throw new GitwardError('REFUSED', `${shown(path)}: ${why}`, { hint: `git checkout -- '${shown(path)}'` })
}

/** True if git holds the pointer at another path that the policy keeps in git-lfs, in the same scope. */
function isRenamed(
  { held }: FilterSession,
  pointer: Bytes,
  policy: CompiledPolicy,
  { scope }: WholeFile,
): boolean {
  return held.pathsOf(pointer).some(path => {
    const protection = protectionOf(policy, path)
    return isInLfs(protection) && protection.scope === scope
  })
}
