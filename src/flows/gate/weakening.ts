import { decodeUtf8 } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import type { Commit } from '../../git/changes.ts'
import type { TreeEntry } from '../../git/entries.ts'
import { readBlob } from '../../git/objects.ts'
import type { GitOptions } from '../../git/run.ts'
import { commitsWithTrailer } from '../../git/trailers.ts'
import { matches } from '../../policy/patterns.ts'
import {
  pointerScope,
  protectionOf,
  type CompiledPattern,
  type CompiledPolicy,
  type SealedValues,
} from '../../policy/policy.ts'
import { losesPointer, mayWeaken, tellingPointers, vanishedPatterns } from '../../policy/weaker.ts'
import { locateValues } from '../filter/located.ts'
import type { Subject } from './subjects.ts'
import type { TreeReader } from './tree.ts'

/** In a commit message it says why a policy protects less, for reviewers: any committer can write it. */
export const POLICY_TRAILER = 'Gitward-Policy'

/** What a change of policy gives up. */
interface Loss {
  readonly paths: readonly GitPath[]
  /** Patterns that no file matches today. */
  readonly patterns: readonly CompiledPattern[]
  /** What the scanner leaves out from now on. */
  readonly unscanned: readonly string[]
}

/** A policy without any rule: what a tree without a policy, or with one that cannot be read, protects. */
const without = (policy: CompiledPolicy): CompiledPolicy => ({ ...policy, rules: [] })

/** What a subject's tree protects less than the tree that it replaces, by name; empty if nothing. */
export async function weakening(
  { commit, tree, before, entries, laidBare }: Subject,
  reader: TreeReader,
  options: GitOptions,
): Promise<string[]> {
  const old = before?.judge?.policy
  if (!old || before.policyId === tree.policyId) return []
  const now = tree.judge?.policy ?? without(old)
  const loss = await lossOf(old, now, [...entries, ...laidBare], options)
  const left = commit === null || isEmpty(loss) ? loss : await unexcused(loss, commit, reader, options)
  return [...left.paths.map(shown), ...left.patterns.map(({ pattern }) => pattern), ...left.unscanned]
}

const isEmpty = ({ paths, patterns, unscanned }: Loss): boolean =>
  paths.length + patterns.length + unscanned.length === 0

/** Settings of `scan` that are new in `now`. */
function newlyUnscanned(old: CompiledPolicy, now: CompiledPolicy): string[] {
  const settings = ({ scan: { disable, ignore } }: CompiledPolicy) => [
    ...disable.map(id => `scan.disable ${id}`),
    ...ignore.map(({ pattern }) => `scan.ignore ${pattern}`),
  ]
  const before = new Set(settings(old))
  return settings(now).filter(each => !before.has(each))
}

async function lossOf(
  old: CompiledPolicy,
  now: CompiledPolicy,
  entries: readonly TreeEntry[],
  options: GitOptions,
): Promise<Loss> {
  const paths: GitPath[] = []
  for (const entry of entries) if (await losesFile(old, now, entry, options)) paths.push(entry.path)
  const isUnused = ({ source }: CompiledPattern) => !entries.some(({ path }) => matches(source, path))
  const patterns = vanishedPatterns(old, now).filter(isUnused)
  return { paths, patterns, unscanned: newlyUnscanned(old, now) }
}

async function losesFile(
  old: CompiledPolicy,
  now: CompiledPolicy,
  { path, id }: TreeEntry,
  options: GitOptions,
): Promise<boolean> {
  const before = protectionOf(old, path)
  const after = protectionOf(now, path)
  if (!mayWeaken(before, after)) return false
  if (before?.mode !== 'values' || after?.mode !== 'values') return true
  if (tellingPointers(before, after).some(pointer => losesPointer(before, after, pointer))) return true
  const pointers = await pointersOf(path, readBlob(id, options), before)
  return pointers === null || pointers.some(pointer => losesPointer(before, after, pointer))
}

/** Pointers of a file's values; null if nobody can tell. */
async function pointersOf(
  path: GitPath,
  bytes: Buffer | null,
  protection: SealedValues,
): Promise<readonly string[] | null> {
  const name = formatNameOf(path)
  const text = bytes && decodeUtf8(bytes)
  if (name === null || text === null) return null
  const isSealed = (pointer: string) => pointerScope(protection, pointer) !== null
  try {
    const { values, torn } = locateValues(await loadFormat(name), text, isSealed)
    return [...values.flatMap(({ pointers }) => pointers), ...torn]
  } catch (error) {
    if (hasCode(error, 'MALFORMED')) return null
    throw error
  }
}

/**
 * The part of a loss that no trailer covers: neither one of the commit itself nor, for a merge, those of the commits
 * that it brings in, each for what it gave up.
 */
async function unexcused(
  loss: Loss,
  { id, parents }: Commit,
  reader: TreeReader,
  options: GitOptions,
): Promise<Loss> {
  const [first] = parents
  const revisions = parents.length > 1 ? [`${first}..${id}`] : [`${id}^!`]
  let { paths, patterns, unscanned } = loss
  for (const commit of commitsWithTrailer(POLICY_TRAILER, revisions, options)) {
    if (commit.id === id) return { paths: [], patterns: [], unscanned: [] }
    const old = await reader.policyOf(commit.parents[0])
    if (!old) continue
    const now = (await reader.policyOf(commit.id)) ?? without(old)
    const given = new Set(vanishedPatterns(old, now).map(({ source }) => source))
    paths = paths.filter(path => !mayWeaken(protectionOf(old, path), protectionOf(now, path)))
    patterns = patterns.filter(({ source }) => !given.has(source))
    const accepted = new Set(newlyUnscanned(old, now))
    unscanned = unscanned.filter(each => !accepted.has(each))
  }
  return { paths, patterns, unscanned }
}
