import { bareToken, malformed, noneSealed, type Format } from './format.ts'
import { spansOf } from './pointer.ts'
import { matchEnd, textStart } from './sticky.ts'
import type { MapEntry, MapNode, ScalarNode } from './tree.ts'

const BLANKS = /[ \t]*/y
const LINE_BREAK = /\r\n|\n|\r/y
const REST_OF_LINE = /[^\r\n]*/y
const NAME_AND_EQUALS = /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=/y
const COMMENT_LINE = /[ \t]*(?:#[^\r\n]*)?/y
/** A comment behind a value needs white space in front: without, `#` belongs to an unquoted value. */
const COMMENT_AFTER = /(?:[ \t]+#[^\r\n]*)?/y
const COMMENT_START = /[ \t]#/

/**
 * Lines of `NAME=value`, blanks around `=` and `export` in front allowed, and `#` comments. A value in `'`, `"` or
 * backticks may span lines; only in `"` a backslash escapes. Any other value runs to white space and `#`, or to
 * the end of the line.
 */
export const dotenvFormat: Format = {
  name: 'dotenv',
  locate: (text, isSealed = noneSealed) => spansOf(text, [readDotenv(text)], isSealed),
  ...bareToken,
}

/** The one map of a file. */
export function readDotenv(text: string): MapNode {
  return { kind: 'map', isFlow: false, start: 0, end: text.length, items: readLines(text) }
}

function readLines(text: string): MapEntry[] {
  const entries: MapEntry[] = []
  for (let at = textStart(text); at < text.length; at = matchEnd(LINE_BREAK, text, at)) {
    const found = readAssignment(text, at)
    if (found) entries.push(found)
    at = found ? lineEnd(text, found.end) : matchEnd(COMMENT_LINE, text, at)
    if (!isInsideLine(text, at)) continue
    throw malformed(text, at, found ? 'text behind the closing quote' : 'neither an assignment nor a comment')
  }
  return entries
}

/** The assignment on the line at `lineStart`; null if that line holds none. */
function readAssignment(text: string, lineStart: number): MapEntry | null {
  NAME_AND_EQUALS.lastIndex = lineStart
  const match = NAME_AND_EQUALS.exec(text)
  if (!match) return null
  const value = readValue(text, NAME_AND_EQUALS.lastIndex)
  return { key: match[1]!, start: lineStart, end: value.end, value }
}

function readValue(text: string, afterEquals: number): ScalarNode {
  const start = matchEnd(BLANKS, text, afterEquals)
  const quote = text[start]
  if (quote === '"' || quote === "'" || quote === '`')
    return scalar(text, start, quotedEnd(text, start, quote))
  const isComment = quote === '#' && start > afterEquals
  return isComment ? scalar(text, afterEquals, afterEquals) : scalar(text, start, unquotedEnd(text, start))
}

const scalar = (text: string, start: number, end: number): ScalarNode => ({
  kind: 'scalar',
  start,
  end,
  content: decode(text.slice(start, end)),
})

/**
 * The text that a value stands for. In `"` what the shell and the common libraries agree on: `\n` and `\r`, and a
 * backslash in front of `"`, `\`, `$` or a backtick; any other backslash is itself.
 */
function decode(source: string): string {
  if (!/^["'`]/.test(source)) return source
  const inside = source.slice(1, -1)
  return source.startsWith('"')
    ? inside.replaceAll(/\\(["\\$`nr])/g, (_, c: string) => ESCAPED[c] ?? c)
    : inside
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r' }

/** Offset behind the quote that closes the one at `start`. */
function quotedEnd(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === quote) return i + 1
    if (text[i] === '\\' && quote === '"') i++
  }
  throw malformed(text, start, 'quote without end')
}

function unquotedEnd(text: string, start: number): number {
  const rest = text.slice(start, matchEnd(REST_OF_LINE, text, start))
  const comment = rest.search(COMMENT_START)
  let length = comment === -1 ? rest.length : comment
  while (rest[length - 1] === ' ' || rest[length - 1] === '\t') length--
  return start + length
}

/** Offset behind the blanks and the comment that may follow a value. */
const lineEnd = (text: string, valueEnd: number): number =>
  matchEnd(BLANKS, text, matchEnd(COMMENT_AFTER, text, valueEnd))

const isInsideLine = (text: string, at: number): boolean =>
  at < text.length && text[at] !== '\n' && text[at] !== '\r'
