import { GitwardError } from '../core/errors.ts'
import { parseRaw, type RawChange } from './raw.ts'
import { git, gitLine, type GitOptions } from './run.ts'

const RAW = ['--raw', '-z', '--no-renames', '--no-abbrev']

/** What the next commit would change: the index (of GIT_INDEX_FILE, if that is set) against HEAD. */
export function stagedChanges(options: GitOptions): RawChange[] {
  const head = gitLine(['rev-parse', '-q', '--verify', 'HEAD'], options) ?? emptyTree(options)
  return parseRaw(git(['diff-index', '--cached', ...RAW, head], options).stdout)
}

/** The commits of a range, oldest first. @throws {GitwardError} GIT if an end is unknown or the clone is shallow. */
export function commitsOf(range: string, options: GitOptions): string[] {
  if (gitLine(['rev-parse', '--is-shallow-repository'], options) === 'true') {
    throw new GitwardError('GIT', 'this clone is shallow: the commits of the range may be missing', {
      hint: 'git fetch --unshallow',
    })
  }
  const listed = git(['rev-list', '--reverse', '--topo-order', ...range.split(' '), '--'], {
    ...options,
    answers: [128],
  })
  if (listed.status !== 0) {
    throw new GitwardError('GIT', `git does not know the range ${range}`, {
      hint: 'git fetch --all, then name the range as A..B',
    })
  }
  return listed.stdout
    .toString()
    .split('\n')
    .filter(line => line !== '')
}

/** What each commit changed, against every one of its parents: an evil merge brings in what no parent has. */
export function changesOf(commits: readonly string[], options: GitOptions): RawChange[] {
  if (commits.length === 0) return []
  const input = `${commits.join('\n')}\n`
  return parseRaw(git(['diff-tree', '--stdin', '-r', '-m', '--root', ...RAW], { ...options, input }).stdout)
}

const emptyTree = (options: GitOptions): string =>
  git(['hash-object', '-t', 'tree', '--stdin'], options).stdout.toString().trim()
