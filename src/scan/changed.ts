import type { Bytes } from '../core/bytes.ts'
import { byteClass } from './character-class.ts'
import { decodeUtf16, isBinary, type Range } from './layer.ts'
import type { Rule } from './rule.ts'
import { MIN_WRAPPED } from './runs.ts'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const ENCODED = byteClass(/[A-Za-z0-9+/_=-]/)
/** What the rules do not say: comments that allow, look-behinds, the part of a name in front of a keyword. */
const MARGIN_BYTES = 2048
/** Most rules look no further than this. */
const NEAR_BYTES = 2048

/** How far from a keyword a list of rules looks, to either side, with room to spare. */
export interface Reach {
  readonly near: number
  /** That of the few rules that look further: keys of many lines. */
  readonly far: number
  readonly farKeywords: readonly string[]
}

export function reachOf(rules: readonly Rule[]): Reach {
  const far = rules.filter(({ lead, reach }) => lead + reach > NEAR_BYTES)
  const furthest = far.reduce((most, { lead, reach }) => Math.max(most, lead + reach), NEAR_BYTES)
  // keywords are looked for as they are spelled: where case does not count, the far reach is the only one
  const near = far.some(({ anyCase }) => anyCase === true) ? furthest : NEAR_BYTES
  return {
    near: near + MARGIN_BYTES,
    far: furthest + MARGIN_BYTES,
    farKeywords: [...new Set(far.flatMap(({ keywords }) => keywords))],
  }
}

/** What the machine does faster than any loop here. */
export interface Machine {
  readonly equal: (a: Bytes, b: Bytes) => boolean
  /** @param text ASCII, compared exactly. */
  readonly includes: (bytes: Bytes, text: string) => boolean
}

/**
 * The part of `after` that a scan must see if one of `before` found nothing: where it finds nothing there, the same
 * rules find nothing in all of `after`. It starts and ends between lines, further from the first
 * and the last change than any rule looks, and outside of wrapped base64. Null where files are read as a whole
 * (binary and UTF-16 files), and where the part would be read in another way than the file.
 */
export function changedPart(before: Bytes, after: Bytes, reach: Reach, machine: Machine): Bytes | null {
  if ([before, after].some(each => decodeUtf16(each) !== null || isBinary(each))) return null
  const changed = changedRange(before, after, machine)
  const far = widened(after, changed, reach.far)
  const isNear = !reach.farKeywords.some(keyword => machine.includes(far, keyword))
  const part = isNear ? widened(after, changed, reach.near) : far
  return part.includes(0) || decodeUtf16(part) !== null ? null : part
}

/** From the first to the last byte of `after` that differ. */
function changedRange(before: Bytes, after: Bytes, machine: Machine): Range {
  const limit = Math.min(before.length, after.length)
  const start = commonPrefix(before, after, limit, machine)
  return { start, end: after.length - commonSuffix(before, after, limit - start, machine) }
}

/** How many of the first `limit` bytes are equal. Asks for large parts first. */
function commonPrefix(a: Bytes, b: Bytes, limit: number, { equal }: Machine): number {
  return longest(limit, (from, to) => equal(a.subarray(from, to), b.subarray(from, to)))
}

function commonSuffix(a: Bytes, b: Bytes, limit: number, { equal }: Machine): number {
  const tail = (bytes: Bytes, from: number, to: number) =>
    bytes.subarray(bytes.length - to, bytes.length - from)
  return longest(limit, (from, to) => equal(tail(a, from, to), tail(b, from, to)))
}

/** The largest length up to `limit` of which every part is the same. */
function longest(limit: number, isSame: (from: number, to: number) => boolean): number {
  let same = 0
  let step = limit
  while (step > 0) {
    if (isSame(same, same + step)) same += step
    else step >>= 1
    step = Math.min(step, limit - same)
  }
  return same
}

const widened = (bytes: Bytes, { start, end }: Range, reach: number): Bytes =>
  bytes.subarray(
    lineStart(bytes, Math.max(0, start - reach)),
    lineEnd(bytes, Math.min(bytes.length, end + reach)),
  )

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
  while (at > 0 && (bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN)) at--
  let length = 0
  while (at >= 0 && length < MIN_WRAPPED && ENCODED[bytes[at]!] === 1) {
    at--
    length++
  }
  return length === MIN_WRAPPED
}
