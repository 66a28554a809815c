import { createHash } from 'node:crypto'
import { sameBytes, startsWith, utf8, type Bytes } from '../core/bytes.ts'

/** What git holds in place of a file whose content is in git-lfs. */
export interface LfsPointer {
  /** SHA-256 of the content, in hex. */
  readonly oid: string
  /** Bytes of the content. */
  readonly size: number
}

const VERSION = 'version https://git-lfs.github.com/spec/v1\n'
const VERSION_BYTES = utf8(VERSION)
const MAX_POINTER_BYTES = 1024

/** Null for anything but a canonical pointer without extensions: the only form that gitward makes. */
export function parseLfsPointer(bytes: Bytes): LfsPointer | null {
  if (bytes.length > MAX_POINTER_BYTES || !startsWith(bytes, VERSION_BYTES)) return null
  const text = Buffer.from(bytes).toString('latin1')
  const [, oid, digits] =
    /^oid sha256:([0-9a-f]{64})\nsize (\d{1,15})\n$/.exec(text.slice(VERSION.length)) ?? []
  if (oid === undefined || digits === undefined) return null
  const pointer = { oid, size: Number(digits) }
  return sameBytes(bytes, lfsPointerBytes(pointer)) ? pointer : null
}

export const isLfsPointer = (bytes: Bytes): boolean => parseLfsPointer(bytes) !== null

export const lfsPointerBytes = ({ oid, size }: LfsPointer): Bytes =>
  utf8(`${VERSION}oid sha256:${oid}\nsize ${size}\n`)

export const lfsPointerTo = (content: Bytes): LfsPointer => ({
  oid: createHash('sha256').update(content).digest('hex'),
  size: content.length,
})
