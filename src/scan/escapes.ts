import type { Bytes } from '../core/bytes.ts'
import { byteClass } from './character-class.ts'
import { byOffsets, type Decoded, type Range } from './layer.ts'

const BACKSLASH = 0x5c
const PERCENT = 0x25
const LINE_FEED = 0x0a
const UNKNOWN = 0x3f
const HEX = byteClass(/[0-9A-Fa-f]/)

/** What one escape says: the byte it stands for and the bytes it takes. */
interface Escape {
  readonly byte: number
  readonly length: number
}

/** Reads an escape at an offset where its first byte stands; null if none starts there. */
export type ReadEscape = (bytes: Bytes, at: number) => Escape | null

/** Lines of `bytes` with `%XX` escapes of printable ASCII, decoded (RFC 3986 §2.1). */
export const decodePercent = (bytes: Bytes): Decoded[] => decodeLines(bytes, PERCENT, readPercent)

/** Lines of `bytes` with `\uXXXX` or `\xXX` escapes of printable ASCII, decoded. */
export const decodeUnicode = (bytes: Bytes): Decoded[] => decodeLines(bytes, BACKSLASH, readBackslash)

/** Only lines that hide readable text are worth a second look: `\u00e9` hides none. */
function decodeLines(bytes: Bytes, mark: number, read: ReadEscape): Decoded[] {
  const decoded: Decoded[] = []
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    if (!hidesText(bytes, at, mark)) continue
    const start = at === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at) + 1
    const next = bytes.indexOf(LINE_FEED, at)
    const end = next === -1 ? bytes.length : next
    decoded.push(decodeEscapes(bytes, { start, end }, mark, read))
    at = end - 1
  }
  return decoded
}

function hidesText(bytes: Bytes, at: number, mark: number): boolean {
  if (mark === PERCENT) return isPrintable(readPercent(bytes, at))
  const kind = bytes[at + 1]
  return (kind === 0x75 || kind === 0x78) && isPrintable(readBackslash(bytes, at))
}

const isPrintable = (escape: Escape | null): boolean =>
  escape !== null && escape.byte > 0x20 && escape.byte < 0x7f && escape.byte !== UNKNOWN

/** The bytes of `range` with their escapes replaced. */
export function decodeEscapes(bytes: Bytes, range: Range, mark: number, read: ReadEscape): Decoded {
  const out = new Uint8Array(range.end - range.start)
  const offsets = new Uint32Array(out.length + 1)
  let count = 0
  for (let at = range.start; at < range.end;) {
    const escape = bytes[at] === mark ? read(bytes, at) : null
    out[count] = escape ? escape.byte : bytes[at]!
    offsets[count++] = at
    at += escape ? escape.length : 1
  }
  offsets[count] = range.end
  return byOffsets(out.subarray(0, count), offsets.subarray(0, count + 1))
}

function readPercent(bytes: Bytes, at: number): Escape | null {
  const byte = hexNumber(bytes, at + 1, 2)
  return byte === -1 ? null : { byte, length: 3 }
}

const SIMPLE = new Map(
  Object.entries({
    n: '\n',
    r: '\r',
    t: '\t',
    b: '\b',
    f: '\f',
    '"': '"',
    "'": "'",
    '\\': '\\',
    '/': '/',
  }).map(([letter, meaning]) => [letter.charCodeAt(0), meaning.charCodeAt(0)]),
)

/** Escapes that JSON, JavaScript, Python, C and YAML share. Characters beyond ASCII become `?`. */
export const readBackslash: ReadEscape = (bytes, at) => {
  const kind = bytes[at + 1]
  if (kind === undefined) return null
  const simple = SIMPLE.get(kind)
  if (simple !== undefined) return { byte: simple, length: 2 }
  const digits = kind === 0x75 ? 4 : kind === 0x78 ? 2 : 0
  const code = digits === 0 ? -1 : hexNumber(bytes, at + 2, digits)
  return code === -1 ? null : { byte: code < 0x80 ? code : UNKNOWN, length: 2 + digits }
}

function hexNumber(bytes: Bytes, at: number, digits: number): number {
  let value = 0
  for (let i = at; i < at + digits; i++) {
    const digit = bytes[i] ?? 0
    if (HEX[digit] === 0) return -1
    value = 16 * value + (digit & 0x0f) + (digit >= 0x41 ? 9 : 0)
  }
  return value
}
