import { devNull } from 'node:os'
import { relative, sep } from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf, shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import {
  changesOf,
  commitsOf,
  rangeRevisions,
  stagedChanges,
  type Commit,
  type Revisions,
} from '../../git/changes.ts'
import { indexEntries, isRegularFile, listTree, treeEntries, type TreeEntry } from '../../git/entries.ts'
import type { RawChange } from '../../git/raw.ts'
import type { Repository } from '../../git/repository.ts'
import type { GitOptions } from '../../git/run.ts'
import { POLICY_PATH } from '../names.ts'
import { revisionsOf, type Push } from './ref-updates.ts'
import { decidesProtection, type JudgedTree, type TreeReader } from './tree.ts'

/** What `check` looks at. */
export type CheckScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'staged' }
  /** Absolute paths. */
  | { readonly kind: 'files'; readonly files: readonly string[] }
  | { readonly kind: 'range'; readonly range: string }
  | { readonly kind: 'push'; readonly push: Push }

type IndexScope = Exclude<CheckScope, { kind: 'range' | 'push' }>

interface Replaced {
  /** Null for HEAD, which the index replaces. */
  readonly parent: string | null
  readonly tree: JudgedTree
}

/** Some files of one tree, judged by what that tree itself says. */
export interface Subject {
  /** Null for the index. */
  readonly commit: Commit | null
  readonly tree: JudgedTree
  /** The trees that it replaces, if the policy changed: HEAD's, or that of each parent. */
  readonly before: readonly Replaced[]
  /** Files that came in. */
  readonly entries: readonly TreeEntry[]
  /** Files that were there before, and that changed rules may have laid bare. */
  readonly laidBare: readonly TreeEntry[]
}

/** How the gate asks git: for the objects as they are pushed, whatever refs/replace and info/grafts say here. */
export const asStored = ({ top }: Repository): GitOptions => ({
  cwd: top,
  env: { GIT_NO_REPLACE_OBJECTS: '1', GIT_GRAFT_FILE: devNull },
})

/** One subject for the index, or one for each commit, parents first. */
export async function* subjectsOf(
  repository: Repository,
  scope: CheckScope,
  reader: TreeReader,
): AsyncGenerator<Subject> {
  const options = asStored(repository)
  if (scope.kind === 'range') yield* commitSubjects(rangeRevisions(scope.range), reader, options)
  else if (scope.kind === 'push') yield* commitSubjects(revisionsOf(scope.push, options), reader, options)
  else yield await indexSubject(repository.top, scope, reader, options)
}

async function indexSubject(
  top: string,
  scope: IndexScope,
  reader: TreeReader,
  options: GitOptions,
): Promise<Subject> {
  const all = indexEntries(options).filter(isFile)
  const tree = await reader.read(all)
  const subject = { commit: null, tree, before: [], laidBare: [] }
  if (scope.kind === 'all') return { ...subject, entries: all }
  if (scope.kind === 'files') return { ...subject, entries: scope.files.map(file => entryOf(all, top, file)) }
  const changed = new Set(stagedChanges(options).map(({ path }) => path))
  if (!changed.has(POLICY_PATH as GitPath)) return { ...subject, ...split(all, changed) }
  const head = await reader.read(treeEntries('HEAD', options))
  return { ...subject, before: [{ parent: null, tree: head }], ...split(all, changed) }
}

/** @throws {GitwardError} USAGE: a file that nobody finds must not count as checked. */
function entryOf(all: readonly TreeEntry[], top: string, file: string): TreeEntry {
  const wanted = gitPathOf(relative(top, file).split(sep).join('/'))
  const entry = all.find(({ path }) => path === wanted)
  if (entry) return entry
  throw new GitwardError('USAGE', `${shown(wanted)} is not in the index`, {
    hint: `git add ${quoted(shown(wanted))}`,
  })
}

/** What changed, and the rest of the tree where a change may lay bare any file of it. */
function split(all: readonly TreeEntry[], changed: ReadonlySet<GitPath>) {
  const isLaidBare = [...changed].some(decidesProtection)
  return {
    entries: all.filter(({ path }) => changed.has(path)),
    laidBare: isLaidBare ? all.filter(({ path }) => !changed.has(path)) : [],
  }
}

/**
 * Lists a whole tree only where its rules changed or its first parent lies outside of the range: everywhere else
 * the rules are those of the parent.
 */
async function* commitSubjects(
  revisions: Revisions,
  reader: TreeReader,
  options: GitOptions,
): AsyncGenerator<Subject> {
  const known = new Map<string, JudgedTree>()
  for (const [commit, changes] of changesOf(commitsOf(revisions, options), options)) {
    const [parent] = commit.parents
    const inherited = parent === undefined ? undefined : known.get(parent)
    const isUnruled = !inherited || changes.some(({ path }) => decidesProtection(path))
    if (!isUnruled) {
      known.set(commit.id, inherited)
      yield { commit, tree: inherited, before: [], entries: incoming(changes), laidBare: [] }
      continue
    }
    const all = listTree(commit.id, options)
    const tree = await reader.read(all)
    known.set(commit.id, tree)
    const before: Replaced[] = []
    if (changes.some(({ path }) => path === POLICY_PATH))
      for (const each of commit.parents)
        before.push({ parent: each, tree: known.get(each) ?? (await reader.read(listTree(each, options))) })
    const changed = new Set(changes.map(({ path }) => path))
    yield { commit, tree, before, ...split(all.filter(isFile), changed) }
  }
}

/** A merge lists a path once for each parent. */
const incoming = (changes: readonly RawChange[]): RawChange[] => [
  ...new Map(changes.filter(each => !each.isDeleted && isFile(each)).map(each => [each.path, each])).values(),
]

/** Regular files and symlinks; a submodule's commit is no content of this repository. */
const isFile = (entry: TreeEntry): boolean => isRegularFile(entry) || entry.mode === '120000'
