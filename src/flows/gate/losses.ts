import { decodeUtf8 } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import type { TreeEntry } from '../../git/entries.ts'
import { readBlob } from '../../git/objects.ts'
import type { GitOptions } from '../../git/run.ts'
import {
  pointerScope,
  protectionOf,
  type CompiledPolicy,
  type Protection,
  type SealedValues,
} from '../../policy/policy.ts'
import { losesPointer, mayWeaken, protectionsAt, reachedPaths, tellingPointers } from '../../policy/weaker.ts'
import { locateValues } from '../filter/located.ts'

/** What a change of policy gives up at one path. */
export interface PathLoss {
  readonly path: GitPath
  /** The path for people, or the pattern that reaches it where no such file is there. */
  readonly name: string
  /** Null stands for all that no pointer names: comments, keys, layout, values that nobody can tell. */
  readonly pointers: readonly (string | null)[]
}

/** What a change of policy gives up. */
export interface Loss {
  readonly paths: readonly PathLoss[]
  /** What the scanner leaves out from now on. */
  readonly unscanned: readonly string[]
}

export const isNothing = ({ paths, unscanned }: Loss): boolean => paths.length + unscanned.length === 0

/** What `now` protects less than `old`, in the files of `entries` and in those that may come. */
export async function lossOf(
  old: CompiledPolicy,
  now: CompiledPolicy,
  entries: readonly TreeEntry[],
  options: GitOptions,
): Promise<Loss> {
  const paths: PathLoss[] = []
  for (const { path, id } of entries) {
    const [before, after] = [protectionOf(old, path), protectionOf(now, path)]
    const isAsked = mayWeaken(before, after) && before?.mode === 'values'
    const held = isAsked ? await pointersOf(path, readBlob(id, options), before) : []
    paths.push({ path, name: shown(path), pointers: pointersLost(before, after, held) })
  }
  for (const { path, pattern } of reachedPaths(old)) {
    const both = protectionsAt(path, old, now)
    if (both) paths.push({ path, name: pattern, pointers: pointersLost(...both, []) })
  }
  return { paths: paths.filter(({ pointers }) => pointers.length > 0), unscanned: newlyUnscanned(old, now) }
}

/** The part of a loss, which led to `now`, that the change `from` one policy `to` another did not bring. */
export function remainder(
  { paths, unscanned }: Loss,
  now: CompiledPolicy,
  { from, to }: { readonly from: CompiledPolicy; readonly to: CompiledPolicy },
): Loss {
  const given = new Set(newlyUnscanned(from, to))
  const left = paths.map(loss => {
    const change = protectionsAt(loss.path, from, to)
    const rest = protectionsAt(loss.path, to, now)
    if (!change || !rest) return loss
    const isGiven = (pointer: string | null) =>
      pointer === null ? mayWeaken(...change) && !mayWeaken(...rest) : losesPointer(...change, pointer)
    return { ...loss, pointers: loss.pointers.filter(pointer => !isGiven(pointer)) }
  })
  return {
    paths: left.filter(({ pointers }) => pointers.length > 0),
    unscanned: unscanned.filter(each => !given.has(each)),
  }
}

/** @param held pointers of the file's values; null if nobody can tell. */
function pointersLost(
  before: Protection | null,
  after: Protection | null,
  held: readonly string[] | null,
): (string | null)[] {
  if (!mayWeaken(before, after)) return []
  const known = [...tellingPointers(before, after), ...(held ?? [])]
  const lost = known.filter(pointer => losesPointer(before, after, pointer))
  return before?.mode === 'whole' || held === null ? [null, ...lost] : lost
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

/** Settings of `scan` that are new in `now`. */
function newlyUnscanned(old: CompiledPolicy, now: CompiledPolicy): string[] {
  const settings = ({ scan: { disable, ignore } }: CompiledPolicy) => [
    ...disable.map(id => `scan.disable ${id}`),
    ...ignore.map(({ pattern }) => `scan.ignore ${pattern}`),
  ]
  const before = new Set(settings(old))
  return settings(now).filter(each => !before.has(each))
}
