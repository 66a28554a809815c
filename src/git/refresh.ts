import { pathBytes, gitPath, type GitPath } from '../core/path.ts'
import { fields, type IndexEntry } from './entries.ts'
import { git, type GitOptions } from './run.ts'

/** Entries whose file has another time stamp or size than git noted: no filter is asked whether it changed. */
export function staleEntries(options: GitOptions): ReadonlySet<GitPath> {
  const listed = git(['diff-files', '--name-only', '-z', '--ignore-submodules'], {
    ...options,
    answers: [128],
  })
  return new Set(listed.status === 0 ? fields(listed.stdout).map(gitPath) : [])
}

/**
 * Lets git note how the files of these entries stand now. It takes a file of another size for changed without
 * asking the filter, so what it noted is forgotten first; entries that a user hid from git are left alone.
 */
export function refreshEntries(entries: readonly IndexEntry[], options: GitOptions): void {
  if (entries.length === 0) return
  const seen = seenByGit(options)
  const lines = entries
    .filter(({ path }) => seen.has(path))
    .flatMap(({ mode, id, path }) => [Buffer.from(`${mode} ${id} 0\t`), pathBytes(path), Buffer.of(0)])
  git(['update-index', '-z', '--index-info'], { ...options, input: Buffer.concat(lines), answers: [128] })
  git(['update-index', '-q', '--refresh'], { ...options, answers: [1, 128] })
}

/** Paths of the index without those marked skip-worktree or assume-unchanged. */
function seenByGit(options: GitOptions): ReadonlySet<GitPath> {
  const listed = fields(git(['ls-files', '-v', '-z'], options).stdout)
  return new Set(listed.filter(line => line[0] === 0x48).map(line => gitPath(line.subarray(2))))
}
