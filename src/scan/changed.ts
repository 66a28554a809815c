import type { Bytes } from '../core/bytes.ts'
import { byteClass } from './character-class.ts'
import { decodeUtf16, isBinary } from './layer.ts'
import type { Rule } from './rule.ts'
import { MIN_WRAPPED } from './runs.ts'

const LINE_FEED = 0x0a
const ENCODED = byteClass(/[A-Za-z0-9+/_=-]/)
/** What the rules do not say: comments that allow, look-behinds, the part of a name in front of a keyword. */
const MARGIN_BYTES = 2048

/** How far from its keyword any of `rules` looks, to either side, with room to spare. */
export const reachOf = (rules: readonly Rule[]): number =>
  rules.reduce((most, { lead, reach }) => Math.max(most, lead + reach), 0) + MARGIN_BYTES

interface ChangedOptions {
  /** Of the rules: see `reachOf`. */
  readonly reach: number
  /** The machine's own comparison, which no loop here would reach. */
  readonly equal: Equal
}

type Equal = (a: Bytes, b: Bytes) => boolean

/**
 * The part of `after` that a scan must see if `before` was scanned under the same rules: where it finds nothing,
 * `after` holds no secret that `before` did not hold, too. It starts and ends between lines, `reach` bytes or more
 * from the first and the last change, and outside of wrapped base64. Null where files are read as a whole (binary
 * and UTF-16 files), and where the part would be read in another way than the file.
 */
export function changedPart(before: Bytes, after: Bytes, { reach, equal }: ChangedOptions): Bytes | null {
  if ([before, after].some(each => decodeUtf16(each) !== null || isBinary(each))) return null
  const limit = Math.min(before.length, after.length)
  const same = commonPrefix(before, after, limit, equal)
  const end = after.length - commonSuffix(before, after, limit - same, equal)
  const from = lineStart(after, Math.max(0, same - reach))
  const to = lineEnd(after, Math.min(after.length, end + reach))
  const part = after.subarray(from, to)
  return part.includes(0) || decodeUtf16(part) !== null ? null : part
}

/** Start of the first line at or before `at` in front of which no wrapped base64 ends. */
function lineStart(bytes: Bytes, at: number): number {
  let start = afterLineFeed(bytes, at)
  while (start > 0 && endsInRun(bytes, start)) start = afterLineFeed(bytes, start - 1)
  return start
}

/** Offset behind the last line feed in front of `at`. */
const afterLineFeed = (bytes: Bytes, at: number): number =>
  at === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 1) + 1

/** End of the first line at or behind `at` that does not end in wrapped base64. */
function lineEnd(bytes: Bytes, at: number): number {
  let end = at
  do {
    const next = bytes.indexOf(LINE_FEED, end)
    end = next === -1 ? bytes.length : next + 1
  } while (end < bytes.length && endsInRun(bytes, end))
  return end
}

/** True if the line that ends at `end` could go on, as encoded text, in the next one. */
function endsInRun(bytes: Bytes, end: number): boolean {
  let at = end - 1
  while (at > 0 && (bytes[at] === LINE_FEED || bytes[at] === 0x0d)) at--
  let length = 0
  while (at >= 0 && length < MIN_WRAPPED && ENCODED[bytes[at]!] === 1) {
    at--
    length++
  }
  return length === MIN_WRAPPED
}

/** How many of the first `limit` bytes are equal. Asks for large parts first. */
function commonPrefix(a: Bytes, b: Bytes, limit: number, equal: Equal): number {
  let same = 0
  for (let step = limit; step > 0;) {
    const isSame = equal(a.subarray(same, same + step), b.subarray(same, same + step))
    if (isSame) same += step
    step = isSame ? Math.min(step, limit - same) : step >> 1
  }
  return same
}

function commonSuffix(a: Bytes, b: Bytes, limit: number, equal: Equal): number {
  const tail = (bytes: Bytes, from: number, length: number) =>
    bytes.subarray(bytes.length - from - length, bytes.length - from)
  let same = 0
  for (let step = limit; step > 0;) {
    const isSame = equal(tail(a, same, step), tail(b, same, step))
    if (isSame) same += step
    step = isSame ? Math.min(step, limit - same) : step >> 1
  }
  return same
}
