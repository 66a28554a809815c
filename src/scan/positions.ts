import type { Bytes } from '../core/bytes.ts'
import type { Range } from './layer.ts'
import type { Place } from './rule.ts'

const LINE_FEED = 0x0a

/** UTF-16 units that a UTF-8 byte adds: continuation bytes none, the first byte of four two. */
const utf8Units = (byte: number): number => ((byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 ? 2 : 1)

/** Line and column of offsets that never go back: one pass over the bytes for all findings of a file. */
function cursor(bytes: Bytes): (offset: number) => { line: number; column: number } {
  let at = 0
  let line = 1
  let column = 1
  return offset => {
    for (; at < offset; at++) {
      const isBreak = bytes[at] === LINE_FEED
      line += isBreak ? 1 : 0
      column = isBreak ? 1 : column + utf8Units(bytes[at]!)
    }
    return { line, column }
  }
}

/**
 * Where each of `ranges` stands in `bytes` (UTF-8, or one byte a unit below 0x80). Only a line feed ends a line, as for git. The end is the place
 * behind the last character.
 */
export function placesOf(bytes: Bytes, ranges: readonly Range[]): Place[] {
  const ordered = [...new Set(ranges.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b)
  const find = cursor(bytes)
  const found = new Map(ordered.map(offset => [offset, find(offset)]))
  return ranges.map(({ start, end }) => {
    const last = found.get(end)!
    return { ...found.get(start)!, endLine: last.line, endColumn: last.column }
  })
}
