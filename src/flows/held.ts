import { join, resolve } from 'node:path'
import { startsWith, type Bytes } from '../core/bytes.ts'
import type { GitPath } from '../core/path.ts'
import { FILE_MAGIC } from '../envelope/file-header.ts'
import { indexEntries, treeEntries, type TreeEntry } from '../git/entries.ts'
import { fileStamp, headStamp } from '../git/head.ts'
import { storedObject } from '../git/lfs.ts'
import { lfsPointerBytes, lfsPointerTo, parseLfsPointer } from '../git/lfs-pointer.ts'
import { blobId, readBlobs } from '../git/objects.ts'
import type { Repository } from '../git/repository.ts'

type IdsByPath = ReadonlyMap<GitPath, readonly string[]>

/** What HEAD and every stage of the index hold at a path. Such blobs are in the object store already. */
export class HeldBlobs {
  readonly #repository: Repository
  #index: { readonly stamp: string; readonly ids: IdsByPath } | null = null
  #head: { readonly stamp: string; readonly ids: IdsByPath } | null = null

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** True if git holds anything at `path`. */
  knows(path: GitPath): boolean {
    return this.#indexIds(path).length > 0 || this.#headIds(path).length > 0
  }

  /** True if exactly these bytes are held at `path`, in git or behind a git-lfs pointer. */
  holds(path: GitPath, bytes: Bytes): boolean {
    return this.asHeld(path, bytes) !== null
  }

  /** The blob by which git holds these bytes at `path`: they themselves, or a git-lfs pointer to them. */
  asHeld(path: GitPath, bytes: Bytes): Bytes | null {
    return blobAmong([...this.#indexIds(path), ...this.#headIds(path)], bytes)
  }

  /** The paths at which git holds exactly this blob. */
  pathsOf(blob: Bytes): GitPath[] {
    const all = [...this.#indexEntries(), ...this.#headEntries()]
    return all.filter(([, ids]) => ids.some(id => id === blobId(blob, id.length))).map(([path]) => path)
  }

  /** True if some path holds exactly these bytes, as before a rename. */
  holdsAnywhere(bytes: Bytes): boolean {
    const all = [...this.#indexEntries().values(), ...this.#headEntries().values()].flat()
    return blobAmong(all, bytes) !== null
  }

  /**
   * The held contents: stages 0, 2, 3, 1 of the index, then HEAD. Of files in git-lfs what this clone has of them,
   * else the pointer.
   */
  contents(path: GitPath): Buffer[] {
    const ids = [...new Set([...this.#indexIds(path), ...this.#headIds(path)])]
    const blobs = readBlobs(ids, this.#options)
    return ids.map(id => this.#behind(blobs.get(id)!))
  }

  #behind(blob: Buffer): Buffer {
    const pointer = parseLfsPointer(blob)
    return (pointer && storedObject(this.#repository, pointer)) ?? blob
  }

  get #options() {
    return { cwd: this.#repository.top }
  }

  #indexIds(path: GitPath): readonly string[] {
    return this.#indexEntries().get(path) ?? []
  }

  #headIds(path: GitPath): readonly string[] {
    return this.#headEntries().get(path) ?? []
  }

  #indexEntries(): IdsByPath {
    const stamp = this.#indexStamp()
    if (this.#index?.stamp !== stamp)
      this.#index = { stamp, ids: idsByPath(inStageOrder(indexEntries(this.#options))) }
    return this.#index.ids
  }

  /** HEAD moves while one filter serves a rebase. */
  #headEntries(): IdsByPath {
    const stamp = headStamp(this.#repository)
    if (this.#head?.stamp !== stamp)
      this.#head = { stamp, ids: idsByPath(treeEntries('HEAD', this.#options)) }
    return this.#head.ids
  }

  #indexStamp(): string {
    const { top, gitDir } = this.#repository
    return fileStamp(resolve(top, process.env['GIT_INDEX_FILE'] ?? join(gitDir, 'index')))
  }
}

/** Only envelopes are put into git-lfs, so other bytes need no second hash. */
function blobAmong(ids: readonly string[], bytes: Bytes): Bytes | null {
  const [first] = ids
  if (first === undefined) return null
  if (ids.includes(blobId(bytes, first.length))) return bytes
  if (!startsWith(bytes, FILE_MAGIC)) return null
  const pointer = lfsPointerBytes(lfsPointerTo(bytes))
  return ids.includes(blobId(pointer, first.length)) ? pointer : null
}

const STAGE_ORDER = [0, 2, 3, 1]

const inStageOrder = <T extends { readonly stage: number }>(entries: readonly T[]): T[] =>
  [...entries].sort((a, b) => STAGE_ORDER.indexOf(a.stage) - STAGE_ORDER.indexOf(b.stage))

function idsByPath(entries: readonly TreeEntry[]): IdsByPath {
  const ids = new Map<GitPath, string[]>()
  for (const { path, id, mode } of entries) {
    if (mode === '160000') continue
    const known = ids.get(path)
    if (known) known.push(id)
    else ids.set(path, [id])
  }
  return ids
}
