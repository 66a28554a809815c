import { lstatSync } from 'node:fs'
import path from 'node:path'
import { updateLfsHooks } from '../../git/lfs.ts'
import type { Repository } from '../../git/repository.ts'
import { gitLine } from '../../git/run.ts'
import { readIfPresent, writeAtomic } from '../disk.ts'

const LINE = 'git lfs pre-push "$@"'

/** What to do where no line of ours may be written. */
export const LFS_HOOK_HINT = `add to your pre-push hook: ${LINE}`

/** True if `git push` uploads what is in the git-lfs store. */
export const hasLfsPushHook = (repository: Repository): boolean =>
  [pushHook(repository), path.join(repository.top, '.husky', 'pre-push')].some(holdsLine)

/**
 * Lets `git push` upload what is in the git-lfs store: by git-lfs's own hooks, or by a line at the end of a hook that
 * calls gitward, and hands on what it reads. False if neither may be written.
 */
export function installLfsHook(repository: Repository): boolean {
  if (hasLfsPushHook(repository) || updateLfsHooks({ cwd: repository.top })) return true
  const file = pushHook(repository)
  const stat = lstatSync(file, { throwIfNoEntry: false })
  const script = stat?.isFile() ? (readIfPresent(file)?.toString('latin1') ?? '') : ''
  if (!/^#!\/bin\/sh\n.* # gitward\n/s.test(script)) return false
  const gap = script.endsWith('\n') ? '' : '\n'
  writeAtomic(file, Buffer.from(`${script}${gap}${LINE}\n`, 'latin1'))
  return true
}

const holdsLine = (file: string): boolean => readIfPresent(file)?.includes('git lfs pre-push') === true

function pushHook({ top }: Repository): string {
  const folder = gitLine(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'], { cwd: top })
  return path.join(folder!, 'pre-push')
}
