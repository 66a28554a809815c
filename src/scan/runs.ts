import type { Bytes } from '../core/bytes.ts'
import { byteClass, skip } from './character-class.ts'
import type { Decoded, Range } from './layer.ts'

const BASE64 = byteClass(/[A-Za-z0-9+/_-]/)
const HEX = byteClass(/[0-9A-Fa-f]/)
const TEXT = byteClass(/[\t\n\r -~]/)
const LINE_BREAK = byteClass(/[\r\n]/)
const BLANKS = byteClass(/[ \t]/)

/** 18 bytes in base64, 16 in hex: shorter ones hold no secret that a rule knows. */
const MIN_BASE64 = 24
const MIN_HEX = 32
/** From here on a run that ends with its line goes on in the next one: MIME wraps at 76, PEM at 64. */
export const MIN_WRAPPED = 60
const MAX_INDENT = 64
/** Bytes by which a decoded run is judged: random bytes are text with odds of 1 in 10 million. */
const PROBE_BYTES = 18
const MAX_OTHERS = 2

/** Base64 (both alphabets, wrapped lines too) and hex in `bytes` that decode to text. */
export function decodeRuns(bytes: Bytes): Decoded[] {
  const decoded: Decoded[] = []
  let at = 0
  for (let run = nextRun(bytes, at); run; run = nextRun(bytes, at)) {
    const isHex = skip(bytes, run.start, HEX, run.end - run.start) === run.end
    const found = isHex ? decodeHex(bytes, run) : decodeBase64(bytes, run)
    at = found?.end ?? run.end
    if (found) decoded.push(found.decoded)
  }
  return decoded
}

/**
 * The next run of at least MIN_BASE64 base64 digits. Looks at every MIN_BASE64th byte only: most text never has a run
 * that long, so most bytes are never read.
 */
function nextRun(bytes: Bytes, from: number): Range | null {
  let floor = from
  for (let at = from + MIN_BASE64 - 1; at < bytes.length; at += MIN_BASE64) {
    if (BASE64[bytes[at]!] === 0) continue
    let start = at
    while (start > floor && BASE64[bytes[start - 1]!] === 1) start--
    const end = skip(bytes, at, BASE64, bytes.length)
    if (end - start >= MIN_BASE64) return { start, end }
    floor = end
    at = end
  }
  return null
}

interface Found {
  readonly decoded: Decoded
  /** Where the encoded text ends. */
  readonly end: number
}

function decodeHex(bytes: Bytes, run: Range): Found | null {
  const length = Math.floor((run.end - run.start) / 2)
  if (2 * length < MIN_HEX) return decodeBase64(bytes, run)
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    out[i] = 16 * hexValue(bytes[run.start + 2 * i]!) + hexValue(bytes[run.start + 2 * i + 1]!)
    if (i === PROBE_BYTES && !isText(out.subarray(0, PROBE_BYTES))) return decodeBase64(bytes, run)
  }
  if (!isText(out.subarray(0, PROBE_BYTES))) return decodeBase64(bytes, run)
  const origin = ({ start, end }: Range) => ({ start: run.start + 2 * start, end: run.start + 2 * end })
  return { decoded: { bytes: out, origin }, end: run.end }
}

const hexValue = (digit: number): number => (digit & 0x0f) + (digit >= 0x41 ? 9 : 0)

function decodeBase64(bytes: Bytes, run: Range): Found | null {
  if (!startsAsText(bytes, run.start)) return null
  const digits = digitOffsets(bytes, run)
  const length = Math.floor((digits.length * 3) / 4)
  const out = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const first = firstDigit(i)
    out[i] = pair(bytes[digits[first]!]!, bytes[digits[first + 1]!]!, i % 3)
  }
  const origin = ({ start, end }: Range) => ({
    start: digits[firstDigit(start)]!,
    end: digits[Math.ceil((end * 4) / 3) - 1]! + 1,
  })
  return { decoded: { bytes: out, origin }, end: digits.at(-1)! + 1 }
}

/** Number of the digit that holds the first bits of byte number `index`. */
const firstDigit = (index: number): number => Math.floor((index * 4) / 3)

/** The byte in two neighbouring digits; `index` says which of the three bytes of four digits it is. */
const pair = (first: number, second: number, index: number): number =>
  ((digitValue(first) << (2 + 2 * index)) | (digitValue(second) >> (4 - 2 * index))) & 0xff

function digitValue(digit: number): number {
  if (digit >= 0x61) return digit - 71
  if (digit === 0x5f) return 63
  if (digit >= 0x41) return digit - 65
  if (digit >= 0x30) return digit + 4
  return digit === 0x2b || digit === 0x2d ? 62 : 63
}

function isText(probe: Bytes): boolean {
  let others = 0
  for (const byte of probe) others += 1 - TEXT[byte]!
  return others <= MAX_OTHERS
}

/** `isText` of the bytes that the base64 digits at `start` stand for. Long names are asked often, and fail early. */
function startsAsText(bytes: Bytes, start: number): boolean {
  let others = 0
  for (let i = 0; i < PROBE_BYTES; i++) {
    const at = start + firstDigit(i)
    others += 1 - TEXT[pair(bytes[at]!, bytes[at + 1]!, i % 3)]!
    if (others > MAX_OTHERS) return false
  }
  return true
}

/** Offsets of the digits of `run` and of the lines that continue it. */
function digitOffsets(bytes: Bytes, run: Range): Uint32Array {
  const lines = [run]
  for (let line: Range | null = run; line; line = continuation(bytes, line))
    if (line !== run) lines.push(line)
  const offsets = new Uint32Array(lines.reduce((sum, { start, end }) => sum + end - start, 0))
  let count = 0
  for (const { start, end } of lines) for (let at = start; at < end; at++) offsets[count++] = at
  return offsets
}

function continuation(bytes: Bytes, line: Range): Range | null {
  const length = line.end - line.start
  if (length < MIN_WRAPPED || length % 4 !== 0) return null
  const nextLine = skip(bytes, line.end, LINE_BREAK, 2)
  if (nextLine === line.end) return null
  const start = skip(bytes, nextLine, BLANKS, MAX_INDENT)
  const end = skip(bytes, start, BASE64, length)
  return end > start && (end === start + length || BASE64[bytes[end] ?? 0] === 0) ? { start, end } : null
}
