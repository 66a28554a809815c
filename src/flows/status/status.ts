import path from 'node:path'
import { fromHex } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { memoised } from '../../core/memoised.ts'
import { gitPathOf, pathBytes, shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { indexEntries, isRegularFile, type IndexEntry } from '../../git/entries.ts'
import { startBehind } from '../../git/lfs.ts'
import { withBlobs } from '../../git/objects.ts'
import { protectionOf } from '../../policy/policy.ts'
import type { Context } from '../context.ts'
import { readIfPresent } from '../disk.ts'
import { FilterSession } from '../filter/session.ts'
import { requirePolicy } from '../policy-trust.ts'
import { fileStatus, type FileStatus, type IndexedFile } from './file-status.ts'
import { worst, type PathState } from './value-state.ts'

export interface PathStatus {
  readonly path: GitPath
  /** Only where one file was asked for and its values are sealed one by one. */
  readonly pointer?: string
  readonly state: PathState
}

export interface StatusReport {
  readonly found: readonly PathStatus[]
  /** Things to look at in the files that were asked for. */
  readonly remarks: readonly string[]
}

/**
 * Every path of the index that gitward has a word about; each pointer of it where `files` (files or folders, as
 * absolute paths) name it. Needs no key.
 * @throws {GitwardError} USAGE if the index holds nothing at one of `files`.
 */
export async function status(context: Context, files: readonly string[] = []): Promise<StatusReport> {
  const wanted = files.map(file => wantedPath(context, file))
  const entries = indexEntries({ cwd: context.repository.top }).filter(isRegularFile)
  for (const each of wanted) assertTracked(entries, each)
  const chosen = entries.filter(({ path: at }) => wanted.length === 0 || wanted.some(each => isIn(at, each)))
  const byPath = new Map<GitPath, FileStatus[]>()
  for await (const { at, status: one } of statusOf(context, chosen))
    byPath.set(at, [...(byPath.get(at) ?? []), one])
  const isDetailed = wanted.length > 0
  return {
    found: [...byPath].flatMap(([at, all]) => linesOf(at, all, isDetailed)),
    remarks: isDetailed ? remarksOf([...byPath.values()].flat()) : [],
  }
}

/** One line a path, or one a pointer; the stages of a conflict count as one file. */
function linesOf(at: GitPath, all: readonly FileStatus[], isDetailed: boolean): PathStatus[] {
  const pointers = isDetailed ? [...new Set(all.flatMap(({ values }) => [...values.keys()]))] : []
  if (pointers.length === 0) return [{ path: at, state: worst(all.map(({ state }) => state))! }]
  return pointers.map(pointer => {
    const states = all.flatMap(({ values }) => values.get(pointer) ?? [])
    return { path: at, pointer, state: worst(states)! }
  })
}

const remarksOf = (all: readonly FileStatus[]): string[] => [
  ...new Set(all.flatMap(({ remarks }) => remarks)),
]

async function* statusOf(context: Context, entries: readonly IndexEntry[]) {
  const { top } = context.repository
  const describe = await describer(context)
  for (const [entry, blob] of withBlobs(entries, { cwd: top })) {
    const found = await fileStatus(describe(entry, blob))
    if (found) yield { at: entry.path, status: found }
  }
}

async function describer(context: Context): Promise<(entry: IndexEntry, blob: Buffer) => IndexedFile> {
  const { repository } = context
  const { compiled } = await requirePolicy(context)
  const session = new FilterSession(repository, { ...context, cwd: repository.top })
  const trusted = session.trust?.policy?.compiled ?? null
  const scopeOf = memoised(kid => session.scopeOf(fromHex(kid)!))
  return ({ path: at }, blob) => ({
    path: at,
    blob: startBehind(repository, blob),
    protection: protectionOf(compiled, at),
    pinned: trusted && protectionOf(trusted, at),
    scopeOf,
    inWorkTree: () => inWorkTree(repository.top, at),
  })
}

const inWorkTree = (top: string, at: GitPath): Buffer =>
  readIfPresent(Buffer.concat([Buffer.from(`${top}/`), Buffer.from(pathBytes(at))])) ?? Buffer.alloc(0)

/** The path inside the repository; empty for its top. @throws {GitwardError} USAGE outside. */
function wantedPath({ repository }: Context, file: string): GitPath {
  const relative = path.relative(repository.top, file).split(path.sep).join('/')
  if (relative !== '..' && !relative.startsWith('../')) return gitPathOf(relative)
  throw new GitwardError('USAGE', `${file} is outside of this repository`, { hint: 'gitward status' })
}

const isIn = (at: GitPath, wanted: GitPath): boolean =>
  wanted === '' || at === wanted || at.startsWith(`${wanted}/`)

function assertTracked(entries: readonly IndexEntry[], wanted: GitPath): void {
  if (entries.some(({ path: at }) => isIn(at, wanted))) return
  throw new GitwardError('USAGE', `git tracks no file at ${shown(wanted)}`, {
    hint: `git add ${quoted(shown(wanted))}`,
  })
}
