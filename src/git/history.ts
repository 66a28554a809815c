import type { GitPath } from '../core/path.ts'
import { parseRaw } from './raw.ts'
import { git, type GitOptions } from './run.ts'

/** Every (path, blob) that a commit of any ref introduced at one of `paths`, merges included. */
export function historyBlobs(
  paths: readonly GitPath[],
  options: GitOptions,
): { path: GitPath; id: string }[] {
  if (paths.length === 0) return []
  const args = [
    '--literal-pathspecs',
    'log',
    '--all',
    '-m',
    '--raw',
    '-z',
    '--no-renames',
    '--no-abbrev',
    '--root',
    '--format=',
  ]
  const input = Buffer.from(['--', ...paths.filter(path => !path.includes('\n'))].join('\n') + '\n', 'latin1')
  const { stdout } = git([...args, '--stdin'], { ...options, input })
  return parseRaw(stdout).filter(({ mode, isDeleted }) => !isDeleted && mode.startsWith('100'))
}
