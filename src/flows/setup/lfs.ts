import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { pathBytes, shown, type GitPath } from '../../core/path.ts'
import { assertLfs, lfsVersion } from '../../git/lfs.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import type { Repository } from '../../git/repository.ts'
import { isInLfs, protectionOf, usesLfs, type CompiledPolicy } from '../../policy/policy.ts'
import type { Context } from '../context.ts'
import { readIfPresent } from '../disk.ts'
import { installLfsHook, LFS_HOOK_HINT } from './lfs-hook.ts'

/** What git-lfs needs in a clone whose policy keeps files in it. Without git-lfs nothing: `doctor` says so. */
export function installLfs({ repository, warn }: Context, policy: CompiledPolicy): void {
  if (!usesLfs(policy) || lfsVersion({ cwd: repository.top }) === null || installLfsHook(repository)) return
  warn(`a push would leave files in git-lfs behind; ${LFS_HOOK_HINT}`)
}

/**
 * Asks before a policy changes whether the files that enter or leave git-lfs can be staged anew.
 * @throws {GitwardError} GIT without git-lfs; REFUSED for a file of which only the pointer is here.
 */
export function assertLfsMayChange(
  repository: Repository,
  before: CompiledPolicy,
  after: CompiledPolicy,
  reached: readonly GitPath[],
): void {
  if (usesLfs(after)) assertLfs({ cwd: repository.top })
  const absent = reached
    .filter(each => isInLfs(protectionOf(before, each)) || isInLfs(protectionOf(after, each)))
    .find(each => isLfsPointer(workTreeFile(repository, each)))
  if (absent === undefined) return
  const hint = isInLfs(protectionOf(before, absent)) ? 'gitward unlock' : 'git lfs pull'
  throw new GitwardError('REFUSED', `${shown(absent)}: only its git-lfs pointer is here, not its content`, {
    hint,
  })
}

function workTreeFile({ top }: Repository, each: GitPath): Uint8Array {
  const file = Buffer.concat([Buffer.from(`${top}${path.sep}`), Buffer.from(pathBytes(each))])
  return readIfPresent(file) ?? new Uint8Array()
}
