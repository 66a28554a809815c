import { gitPath, type GitPath } from '../core/path.ts'
import { fields } from './entries.ts'
import { git, type GitOptions } from './run.ts'

const NO_OBJECT = /^0+$/

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
  const blobs: { path: GitPath; id: string }[] = []
  let head: string | null = null
  for (const field of fields(stdout)) {
    if (head === null) {
      const text = field.toString('latin1').trimStart()
      head = text.startsWith(':') ? text : null
      continue
    }
    const [, mode, , id] = head.split(' ')
    if (mode!.startsWith('100') && !NO_OBJECT.test(id!)) blobs.push({ path: gitPath(field), id: id! })
    head = null
  }
  return blobs
}
