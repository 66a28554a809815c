import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { assertLfs, isStored, objectFile } from '../../git/lfs.ts'
import { lfsPointerBytes, lfsPointerTo } from '../../git/lfs-pointer.ts'
import { isInLfs, protectionOf, type CompiledPolicy, type WholeFile } from '../../policy/policy.ts'
import { writeAtomic } from '../disk.ts'
import { installLfsHook, LFS_HOOK_HINT } from '../setup/lfs-hook.ts'
import type { FilterSession } from './session.ts'

/**
 * An envelope goes into the git-lfs store of this clone, and git gets the pointer; whatever else clean lets through
 * is no envelope.
 * @throws {GitwardError} GIT without git-lfs: nobody would upload it.
 */
export function intoLfs(session: FilterSession, at: GitPath, cleaned: Bytes): Bytes {
  const { repository } = session
  if (!isEnvelope(recognise(cleaned))) return cleaned
  const pointer = lfsPointerTo(cleaned)
  if (!isStored(repository, pointer)) {
    assertUploads(session, at)
    const file = objectFile(repository, pointer)
    mkdirSync(path.dirname(file), { recursive: true })
    writeAtomic(file, cleaned)
  }
  return lfsPointerBytes(pointer)
}

/** The policy may have begun to use git-lfs after this clone was unlocked. */
function assertUploads(session: FilterSession, at: GitPath): void {
  const { repository } = session
  assertLfs({ cwd: repository.top })
  if (!installLfsHook(repository)) session.warn(at, `a push would leave its content behind; ${LFS_HOOK_HINT}`)
}

/**
 * True if a git-lfs pointer in the work tree stands for a file that git holds: locked, or not downloaded. False
 * for a file that only looks like one, where the policy keeps nothing in git-lfs.
 * @throws {GitwardError} REFUSED for a new one: nobody here can vouch for what it points to.
 */
export function passPointer(
  session: FilterSession,
  at: GitPath,
  pointer: Bytes,
  policy: CompiledPolicy,
): boolean {
  if (session.held.holds(at, pointer)) return true
  const protection = protectionOf(policy, at)
  if (!isInLfs(protection)) return false
  if (isRenamed(session, pointer, policy, protection)) return true
  const why = 'this git-lfs pointer is new here: what it points to may be plaintext'
  throw new GitwardError('REFUSED', `${shown(at)}: ${why}`, { hint: `git checkout -- ${quoted(shown(at))}` })
}

/** True if git holds the pointer at another path that the policy keeps in git-lfs, in the same scope. */
function isRenamed(
  { held }: FilterSession,
  pointer: Bytes,
  policy: CompiledPolicy,
  { scope }: WholeFile,
): boolean {
  return held.pathsOf(pointer).some(each => {
    const protection = protectionOf(policy, each)
    return isInLfs(protection) && protection.scope === scope
  })
}
