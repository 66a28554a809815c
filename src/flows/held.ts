import { join, resolve } from 'node:path'
import type { Bytes } from '../core/bytes.ts'
import type { GitPath } from '../core/path.ts'
import { indexEntries, treeEntries, type TreeEntry } from '../git/entries.ts'
import { fileStamp, headStamp } from '../git/head.ts'
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

  /** True if exactly these bytes are held at `path`. */
  holds(path: GitPath, bytes: Bytes): boolean {
    const isHeld = (ids: readonly string[]) => ids.some(id => id === blobId(bytes, id.length))
    return isHeld(this.#indexIds(path)) || isHeld(this.#headIds(path))
  }

  /** True if some path holds exactly these bytes, as before a rename. */
  holdsAnywhere(bytes: Bytes): boolean {
    const all = [...this.#indexEntries().values(), ...this.#headEntries().values()].flat()
    return all.length > 0 && all.includes(blobId(bytes, all[0]!.length))
  }

  /** The held contents: stages 0, 2, 3, 1 of the index, then HEAD. */
  contents(path: GitPath): Buffer[] {
    const ids = [...new Set([...this.#indexIds(path), ...this.#headIds(path)])]
    const blobs = readBlobs(ids, this.#options)
    return ids.map(id => blobs.get(id)!)
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
