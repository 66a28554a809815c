import { gitPath, type GitPath } from '../core/path.ts'
import { git, type GitOptions } from './run.ts'

export interface TreeEntry {
  readonly mode: string
  readonly id: string
  readonly path: GitPath
}

export interface IndexEntry extends TreeEntry {
  /** 0, or 1 (base), 2 (ours), 3 (theirs) in a conflict. */
  readonly stage: number
}

export const isRegularFile = ({ mode }: TreeEntry): boolean => mode.startsWith('100')

/** Every entry of the index (of GIT_INDEX_FILE, if that is set), all stages. */
export function indexEntries(options: GitOptions): IndexEntry[] {
  return records(git(['ls-files', '-s', '-z'], options).stdout).map(({ head, path }) => {
    const [mode, id, stage] = head.split(' ')
    return { mode: mode!, id: id!, stage: Number(stage), path }
  })
}

/** Every entry of a tree. @throws {GitwardError} GIT if it is not here. */
export const listTree = (treeish: string, options: GitOptions): TreeEntry[] =>
  parseTree(git(listing(treeish), options).stdout)

/** Every file of a commit or tree; empty if there is none, as before the first commit. */
export function treeEntries(treeish: string, options: GitOptions): TreeEntry[] {
  const listed = git(listing(treeish), { ...options, answers: [128] })
  return listed.status === 0 ? parseTree(listed.stdout) : []
}

const listing = (treeish: string): string[] => ['ls-tree', '-r', '-z', '--full-tree', treeish]

const parseTree = (output: Buffer): TreeEntry[] =>
  records(output).map(({ head, path }) => {
    const [mode, , id] = head.split(' ')
    return { mode: mode!, id: id!, path }
  })

/** The parts of a NUL-terminated list. */
export function fields(output: Buffer): Buffer[] {
  const parts: Buffer[] = []
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(0, at)
    const stop = end === -1 ? output.length : end
    parts.push(output.subarray(at, stop))
    at = stop + 1
  }
  return parts
}

/** Records of `head TAB path NUL`. */
function records(output: Buffer): { head: string; path: GitPath }[] {
  return fields(output).map(record => {
    const tab = record.indexOf(9)
    return { head: record.toString('latin1', 0, tab), path: gitPath(record.subarray(tab + 1)) }
  })
}
