import { relative, sep } from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf, shown, type GitPath } from '../../core/path.ts'
import { changesOf, commitsOf, stagedChanges } from '../../git/changes.ts'
import { indexEntries, treeEntries, type TreeEntry } from '../../git/entries.ts'
import type { RawChange } from '../../git/raw.ts'
import type { Repository } from '../../git/repository.ts'
import { TreeReader, type JudgedTree } from './tree.ts'

/** What `check` looks at. */
export type CheckScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'staged' }
  /** Absolute paths. */
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'range'; readonly range: string }

/** Some files of one tree, judged by what that tree itself says. */
export interface Subject {
  /** Null for the index. */
  readonly commit: string | null
  readonly tree: JudgedTree
  readonly entries: readonly TreeEntry[]
}

/** One subject for the index, or one for each commit of a range. */
export async function* subjectsOf(repository: Repository, scope: CheckScope): AsyncGenerator<Subject> {
  if (scope.kind === 'range') yield* commitSubjects(repository, scope.range)
  else yield await indexSubject(repository, scope)
}

async function indexSubject(
  repository: Repository,
  scope: Exclude<CheckScope, { kind: 'range' }>,
): Promise<Subject> {
  const options = { cwd: repository.top }
  const all = indexEntries(options).filter(isFile)
  const tree = await new TreeReader(repository.top).read(all)
  return {
    commit: null,
    tree,
    entries: chosen(all, scope, repository.top, () => stagedChanges(options).map(({ path }) => path)),
  }
}

function chosen(
  all: readonly TreeEntry[],
  scope: CheckScope,
  top: string,
  staged: () => readonly GitPath[],
): readonly TreeEntry[] {
  if (scope.kind === 'files') return scope.files.map(file => entryOf(all, top, file))
  if (scope.kind !== 'staged') return all
  const changed = new Set(staged())
  // a changed policy or attribute can lay any file bare
  return [...changed].some(decidesProtection) ? all : all.filter(({ path }) => changed.has(path))
}

/** @throws {GitwardError} USAGE: a file that nobody finds must not count as checked. */
function entryOf(all: readonly TreeEntry[], top: string, file: string): TreeEntry {
  const wanted = gitPathOf(relative(top, file).split(sep).join('/'))
  const entry = all.find(({ path }) => path === wanted)
  if (entry) return entry
  throw new GitwardError('USAGE', `${shown(wanted)} is not in the index`, {
    hint: `git add '${shown(wanted)}'`,
  })
}

async function* commitSubjects(repository: Repository, range: string): AsyncGenerator<Subject> {
  const options = { cwd: repository.top }
  const reader = new TreeReader(repository.top)
  const commits = commitsOf(range, options)
  const changed = byCommit(changesOf(commits, options))
  for (const commit of commits) {
    const changes = changed.get(commit) ?? []
    const all = treeEntries(commit, options)
    const isLaidOpen = changes.some(({ path }) => decidesProtection(path))
    const entries = isLaidOpen
      ? all.filter(isFile)
      : byPath(changes.filter(each => !each.isDeleted && isFile(each)))
    yield { commit, tree: await reader.read(all), entries }
  }
}

function byCommit(changes: readonly RawChange[]): ReadonlyMap<string | null, readonly RawChange[]> {
  const grouped = new Map<string | null, RawChange[]>()
  for (const change of changes) grouped.set(change.commit, [...(grouped.get(change.commit) ?? []), change])
  return grouped
}

/** A merge lists a path once for each parent. */
const byPath = (changes: readonly RawChange[]): RawChange[] => [
  ...new Map(changes.map(each => [each.path, each])).values(),
]

/** Regular files and symlinks; a submodule's commit is no content of this repository. */
const isFile = ({ mode }: { readonly mode: string }): boolean => mode.startsWith('100') || mode === '120000'

const decidesProtection = (path: GitPath): boolean => /^\.gitward\/|(?:^|\/)\.gitattributes$/.test(path)
