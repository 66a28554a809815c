import type { Bytes } from '../core/bytes.ts'
import { latin1 } from './window.ts'
import type { Range } from './layer.ts'

const LINE_FEED = 0x0a
/** An allowance stands this near to its finding at most: in a minified file one comment must not speak for all. */
const REACH_BYTES = 1000
/** What closes a comment is no part of the reason. */
const COMMENT_END = /\s*(?:\*\/|-->|\*\)|#\}|%>|"?[,;]?)\s*$/

/**
 * The reason of `gitward:allow <rule> <reason>` on the first or last line of `range`; null if there is none for
 * that rule. An allowance without a reason is none.
 */
export function allowance(bytes: Bytes, range: Range, rule: string): string | null {
  return reasonOn(bytes, range.start, rule) ?? reasonOn(bytes, Math.max(range.start, range.end - 1), rule)
}

function reasonOn(bytes: Bytes, at: number, rule: string): string | null {
  const before = bytes.subarray(Math.max(0, at - REACH_BYTES), at)
  const after = bytes.subarray(at, at + REACH_BYTES)
  const lineEnd = after.indexOf(LINE_FEED)
  const text =
    latin1(before.subarray(before.lastIndexOf(LINE_FEED) + 1)) +
    latin1(lineEnd === -1 ? after : after.subarray(0, lineEnd))
  for (const [, allowed, rest] of text.matchAll(
    /gitward:allow[ \t]+([a-z0-9-]+)[ \t]+([^\r\n]+?)(?=gitward:allow|\r|$)/g,
  )) {
    const reason = rest!.replace(COMMENT_END, '').trim()
    if (allowed === rule && reason !== '') return reason
  }
  return null
}
