import type { Bytes } from '../core/bytes.ts'
import { latin1 } from './window.ts'
import type { Range } from './layer.ts'

const LINE_FEED = 0x0a
/** An allowance stands this near to the end of its line at most: lines can be megabytes long. */
const TAIL_BYTES = 1000
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
  const next = bytes.indexOf(LINE_FEED, at)
  const end = next === -1 ? bytes.length : next
  const start = at === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 1) + 1
  const text = latin1(bytes, Math.max(start, end - TAIL_BYTES), end)
  for (const [, allowed, rest] of text.matchAll(
    /gitward:allow[ \t]+([a-z0-9-]+)[ \t]+([^\r\n]+?)(?=gitward:allow|\r|$)/g,
  )) {
    const reason = rest!.replace(COMMENT_END, '').trim()
    if (allowed === rule && reason !== '') return reason
  }
  return null
}
