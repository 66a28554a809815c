import { createHash } from 'node:crypto'
import { pathBytes } from '../core/path.ts'
import type { TreeEntry } from './entries.ts'

const HEADER_BYTES = 12
/** Everything of an entry in front of its id but the mode is about files of a work tree, which there is none of. */
const STAT_BYTES = 40
const MODE_AT = 24
const REGULAR_FILE = 0o100644
const NAME_MASK = 0xfff
const ALIGNMENT = 8

/** An index that holds these blobs and no more (gitformat-index(5), version 2), without starting git. */
export function indexOf(entries: readonly Pick<TreeEntry, 'id' | 'path'>[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('DIRC')
  header.writeUInt32BE(2, 4)
  header.writeUInt32BE(entries.length, 8)
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))
  const body = Buffer.concat([header, ...sorted.map(entryOf)])
  const isSha256 = entries[0]?.id.length === 64
  return Buffer.concat([
    body,
    createHash(isSha256 ? 'sha256' : 'sha1')
      .update(body)
      .digest(),
  ])
}

function entryOf({ id, path }: Pick<TreeEntry, 'id' | 'path'>): Buffer {
  const hash = Buffer.from(id, 'hex')
  const name = pathBytes(path)
  const length = STAT_BYTES + hash.length + 2 + name.length
  const entry = Buffer.alloc(length + ALIGNMENT - (length % ALIGNMENT))
  entry.writeUInt32BE(REGULAR_FILE, MODE_AT)
  hash.copy(entry, STAT_BYTES)
  entry.writeUInt16BE(Math.min(name.length, NAME_MASK), STAT_BYTES + hash.length)
  entry.set(name, STAT_BYTES + hash.length + 2)
  return entry
}
