import { GitwardError } from '../core/errors.ts'
import { parseRaw, type RawChange } from './raw.ts'
import { git, gitLine, type GitOptions } from './run.ts'

const RAW = ['--raw', '-z', '--no-renames', '--no-abbrev']

export interface Commit {
  readonly id: string
  readonly parents: readonly string[]
}

/** A set of commits in the words of git-rev-list(1): arguments, and revisions that may be many. */
export interface Revisions {
  readonly args: readonly string[]
  readonly input: readonly string[]
  /** For messages. */
  readonly named: string
}

/** What the next commit would change: the index (of GIT_INDEX_FILE, if that is set) against HEAD. */
export function stagedChanges(options: GitOptions): RawChange[] {
  const diff = ['diff-index', '--cached', ...RAW]
  const found = git([...diff, 'HEAD', '--'], { ...options, answers: [128] })
  if (found.status === 0) return parseRaw(found.stdout)
  const head = gitLine(['rev-parse', '-q', '--verify', 'HEAD'], options) ?? emptyTree(options)
  return parseRaw(git([...diff, head, '--'], options).stdout)
}

/** `A..B`, as it was typed. @throws {GitwardError} USAGE for what is no revision. */
export function rangeRevisions(range: string): Revisions {
  const parts = range.split(' ').filter(part => part !== '')
  if (parts.length === 0 || parts.some(part => part.startsWith('-')))
    throw new GitwardError('USAGE', `"${range}" is no range of commits`, {
      hint: 'gitward check --range origin/main..HEAD',
    })
  return { args: [], input: parts.map(asCommits), named: range }
}

/** Git takes a tree for an empty set of commits; `^0` makes it an error. */
const asCommits = (part: string): string => (/\.\.|\^(?:@|!|-\d*)$/.test(part) ? part : `${part}^0`)

/**
 * What `tips` reach and the receiver of a push does not: it has `known`, and here what our refs reach, elsewhere
 * what our copies of its refs reach.
 */
export function pushedRevisions(
  tips: readonly string[],
  known: readonly string[],
  receiver: 'here' | { readonly remote: string },
): Revisions {
  const reached =
    receiver === 'here' ? ['--all'] : isRefName(receiver.remote) ? [`--remotes=${receiver.remote}`] : []
  return {
    args: reached.length === 0 ? [] : ['--not', ...reached, '--not'],
    input: [...tips, ...known.map(id => `^${id}`)],
    named: 'of this push',
  }
}

/** A URL is no name, and a star would match every remote. */
const isRefName = (name: string): boolean => /^[^*?[\\:\s]+$/.test(name)

/** @throws {GitwardError} GIT in a shallow clone: git would take its oldest commits for the first ones. */
export function assertComplete(options: GitOptions): void {
  if (gitLine(['rev-parse', '--is-shallow-repository'], options) !== 'true') return
  throw new GitwardError('GIT', 'this clone is shallow: the commits of the range may be missing', {
    hint: 'git fetch --unshallow',
  })
}

/** Commits, parents before their children. @throws {GitwardError} GIT if one is unknown or the clone is shallow. */
export function commitsOf({ args, input, named }: Revisions, options: GitOptions): Commit[] {
  if (input.length === 0) return []
  assertComplete(options)
  const listed = git(['rev-list', '--reverse', '--topo-order', '--parents', ...args, '--stdin'], {
    ...options,
    input: input.map(revision => `${revision}\n`).join(''),
    answers: [128],
  })
  if (listed.status !== 0) {
    throw new GitwardError('GIT', `git does not know the range ${named}`, {
      hint: 'git fetch --all, then name the range as A..B',
    })
  }
  return listed.stdout
    .toString()
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [id, ...parents] = line.split(' ')
      return { id: id!, parents }
    })
}

/** Commits of one diff-tree process: its output must fit into one buffer. */
const CHUNK = 2000

/** Each commit with what it changed, against every one of its parents: an evil merge brings in what no parent has. */
export function* changesOf(
  commits: readonly Commit[],
  options: GitOptions,
): Generator<readonly [Commit, readonly RawChange[]]> {
  for (let at = 0; at < commits.length; at += CHUNK) {
    const chunk = commits.slice(at, at + CHUNK)
    const input = chunk.map(({ id }) => `${id}\n`).join('')
    const args = ['diff-tree', '--stdin', '-r', '-m', '--root', ...RAW]
    const changed = byCommit(parseRaw(git(args, { ...options, input }).stdout))
    for (const commit of chunk) yield [commit, changed.get(commit.id) ?? []]
  }
}

function byCommit(changes: readonly RawChange[]): ReadonlyMap<string | null, readonly RawChange[]> {
  const grouped = new Map<string | null, RawChange[]>()
  for (const change of changes) {
    const same = grouped.get(change.commit)
    if (same) same.push(change)
    else grouped.set(change.commit, [change])
  }
  return grouped
}

const emptyTree = (options: GitOptions): string =>
  git(['hash-object', '-t', 'tree', '--stdin'], options).stdout.toString().trim()
