import { createHash } from 'node:crypto'
import type { Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { git, type GitOptions } from './run.ts'

/** One blob; `spec` is anything git resolves (`HEAD:file`, `:1:file`, an id). Null if there is none. */
export function readBlob(spec: string, options: GitOptions): Buffer | null {
  const read = git(['cat-file', 'blob', spec], { ...options, answers: [128] })
  return read.status === 0 ? read.stdout : null
}

/** Blobs by id, in one process. @throws {GitwardError} GIT if one is missing. */
export function readBlobs(ids: readonly string[], options: GitOptions): Map<string, Buffer> {
  const blobs = new Map<string, Buffer>()
  if (ids.length === 0) return blobs
  const wanted = [...new Set(ids)]
  const { stdout } = git(['cat-file', '--batch'], { ...options, input: `${wanted.join('\n')}\n` })
  let at = 0
  for (const id of wanted) {
    const lineEnd = stdout.indexOf(10, at)
    const [, type, size] = stdout.toString('latin1', at, lineEnd).split(' ')
    if (type !== 'blob')
      throw new GitwardError('GIT', `object ${id} is missing or no blob`, { hint: 'git fsck' })
    const start = lineEnd + 1
    blobs.set(id, stdout.subarray(start, start + Number(size)))
    at = start + Number(size) + 1
  }
  return blobs
}

/** The type of each object, tags followed to what they name; no entry for an object that is not here. */
export function peeledTypes(ids: readonly string[], options: GitOptions): Map<string, string> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return new Map()
  const input = wanted.map(id => `${id}^{}\n`).join('')
  const { stdout } = git(['cat-file', '--batch-check'], { ...options, input })
  const lines = stdout.toString('latin1').split('\n')
  return new Map(
    wanted.flatMap((id, i) => {
      const [, type, size] = lines[i]!.split(' ')
      return size === undefined ? [] : [[id, type!] as const]
    }),
  )
}

const BATCH = 200
const BATCH_BYTES = 1 << 26

/** Each entry with its blob, read some hundred or some 64 MiB at a time: no tree need fit into memory. */
export function* withBlobs<T extends { readonly id: string }>(
  entries: readonly T[],
  options: GitOptions,
): Generator<readonly [entry: T, blob: Buffer]> {
  for (let at = 0; at < entries.length; at += BATCH) {
    for (const batch of bySize(entries.slice(at, at + BATCH), options)) {
      const blobs = readBlobs(
        batch.map(({ id }) => id),
        options,
      )
      for (const entry of batch) yield [entry, blobs.get(entry.id)!]
    }
  }
}

/** The same entries in groups whose blobs have at most `BATCH_BYTES`, or are one. */
function bySize<T extends { readonly id: string }>(entries: readonly T[], options: GitOptions): T[][] {
  const input = entries.map(({ id }) => `${id}\n`).join('')
  const { stdout } = git(['cat-file', '--batch-check=%(objectsize)'], { ...options, input })
  const sizes = stdout.toString('latin1').split('\n').map(Number)
  const groups: T[][] = [[]]
  let bytes = 0
  for (const [i, entry] of entries.entries()) {
    const size = sizes[i] || 0 // a missing object: whoever reads it says so
    if (bytes + size > BATCH_BYTES && groups.at(-1)!.length > 0) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(entry)
    bytes += size
  }
  return groups
}

/** The id git gives a blob of these bytes: 40 hex digits in SHA-1 repositories, 64 in SHA-256 ones. */
export function blobId(bytes: Bytes, idLength: number): string {
  const hash = createHash(idLength === 64 ? 'sha256' : 'sha1')
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
