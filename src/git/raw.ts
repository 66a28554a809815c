import { gitPath, type GitPath } from '../core/path.ts'
import { fields } from './entries.ts'

/** One changed path of git's raw diff format (git-diff-tree(1), "RAW OUTPUT FORMAT" with -z and --no-renames). */
export interface RawChange {
  /** The commit that `--stdin` named in front; null for a diff without commits. */
  readonly commit: string | null
  readonly mode: string
  readonly id: string
  /** True for a path that is gone. */
  readonly isDeleted: boolean
  readonly path: GitPath
}

/** Every changed path, deletions included. */
export function parseRaw(output: Buffer): RawChange[] {
  const changes: RawChange[] = []
  let commit: string | null = null
  const parts = fields(output)
  for (let i = 0; i < parts.length; i++) {
    const head = parts[i]!.toString('latin1').trimStart()
    if (!head.startsWith(':')) {
      commit = head
      continue
    }
    const [, mode, , id] = head.split(' ')
    const path = gitPath(parts[++i]!)
    changes.push({ commit, mode: mode!, id: id!, path, isDeleted: /^0+$/.test(id!) })
  }
  return changes
}
