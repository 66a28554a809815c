import type { Bytes } from '../core/bytes.ts'

/** Half-open range of bytes. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Text to search: the file itself, or what a decoder made of a part of it. */
export interface Layer {
  readonly bytes: Bytes
  /** How many decodings lie between the file and these bytes. */
  readonly depth: number
  /** Where in the file the text stands that carries these bytes. */
  origin(range: Range): Range
}

/** What a decoder made of a part of one layer. */
export interface Decoded {
  readonly bytes: Bytes
  /** Where in that layer the text stands that carries these bytes. */
  origin(range: Range): Range
}

export const fileLayer = (bytes: Bytes): Layer => ({ bytes, depth: 0, origin: range => range })

export const decodedLayer = (parent: Layer, decoded: Decoded): Layer => ({
  bytes: decoded.bytes,
  depth: parent.depth + 1,
  origin: range => parent.origin(decoded.origin(range)),
})

/** A decoded text of which byte `i` came from `[offsets[i], offsets[i + 1])`. */
export function byOffsets(bytes: Bytes, offsets: Uint32Array): Decoded {
  return { bytes, origin: ({ start, end }) => ({ start: offsets[start]!, end: offsets[end]! }) }
}

const NUL_WINDOW_BYTES = 8192

/** git's own test: a NUL among the first 8 KB. */
export const isBinary = (bytes: Bytes): boolean => bytes.subarray(0, NUL_WINDOW_BYTES).indexOf(0) !== -1

/**
 * A UTF-16 file (it says so by its byte order mark) as one byte a unit, so that rules can read it; what is
 * not ASCII becomes `?`. Null for any other file.
 */
export function decodeUtf16(bytes: Bytes): Decoded | null {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff
  if (!isLittle && !isBig) return null
  const units = new Uint8Array(Math.floor(bytes.length / 2) - 1)
  for (let i = 0; i < units.length; i++) {
    const [low, high] = isLittle
      ? [bytes[2 * i + 2]!, bytes[2 * i + 3]!]
      : [bytes[2 * i + 3]!, bytes[2 * i + 2]!]
    units[i] = high === 0 && low < 0x80 ? low : 0x3f
  }
  return { bytes: units, origin: ({ start, end }) => ({ start: 2 * start + 2, end: 2 * end + 2 }) }
}
