import { malformed, noneSealed, type Format } from './format.ts'
import { spansOf } from './pointer.ts'
import { matchEnd, textStart } from './sticky.ts'
import { assertDepth, type Item, type MapEntry, type ScalarNode, type TreeNode } from './tree.ts'

const FIRST_PRINTABLE = 0x20
const QUOTE = 0x22
const BACKSLASH = 0x5c

const BLANKS = /[ \t\n\r]*/y
const LINE_REST = /[^\n\r]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y
const PLAIN_SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?|true|false|null/y

/** RFC 8259, plus what JSONC allows: comments, trailing commas. A file of blanks and comments has no value. */
export const jsonFormat: Format = {
  name: 'json',
  locate: (text, isSealed = noneSealed) => spansOf(text, [readJson(text)], isSealed),
  quote: token => `"${token}"`,
  unquote: source => /^"([\w:-]+)"$/.exec(source)?.[1] ?? null,
}

interface Cursor {
  readonly text: string
  at: number
}

/** The value of the document; null if it holds none. */
export function readJson(text: string): TreeNode {
  const cursor = { text, at: textStart(text) }
  skipBlanks(cursor)
  if (cursor.at === text.length) return null
  const root = readValue(cursor, 0)
  skipBlanks(cursor)
  if (cursor.at < text.length) throw failure(cursor, 'text after the end of the document')
  return root
}

/** Reads the value that starts at the cursor, inside `depth` maps and lists. */
function readValue(cursor: Cursor, depth: number): TreeNode {
  const first = cursor.text[cursor.at]
  const start = cursor.at
  const placed = () => ({ isFlow: true, start, end: cursor.at })
  if (first === '{') return { kind: 'map', items: readItems(cursor, depth, '}', readEntry), ...placed() }
  if (first === '[') return { kind: 'list', items: readItems(cursor, depth, ']', readItem), ...placed() }
  return first === '"' ? readString(cursor) : readPlainScalar(cursor)
}

function readItems<T>(
  cursor: Cursor,
  depth: number,
  close: string,
  read: (cursor: Cursor, depth: number) => T,
): T[] {
  assertDepth(cursor.text, cursor.at, depth)
  const items: T[] = []
  cursor.at++
  skipBlanks(cursor)
  while (!consume(cursor, close)) {
    items.push(read(cursor, depth + 1))
    skipBlanks(cursor)
    if (consume(cursor, ',')) skipBlanks(cursor)
    else if (cursor.text[cursor.at] !== close) throw failure(cursor, `expected , or ${close}`)
  }
  return items
}

function readEntry(cursor: Cursor, depth: number): MapEntry {
  if (cursor.text[cursor.at] !== '"') throw failure(cursor, 'expected a key in double quotes')
  const { content: key, start } = readString(cursor)
  skipBlanks(cursor)
  if (!consume(cursor, ':')) throw failure(cursor, 'expected :')
  skipBlanks(cursor)
  const value = readValue(cursor, depth)
  return { key, start, end: cursor.at, value }
}

function readItem(cursor: Cursor, depth: number): Item {
  const start = cursor.at
  const value = readValue(cursor, depth)
  return { start, end: cursor.at, value }
}

function readString(cursor: Cursor): ScalarNode {
  const start = cursor.at
  const end = stringEnd(cursor)
  cursor.at = end
  const source = cursor.text.slice(start, end)
  const content = source.includes('\\') ? String(JSON.parse(source)) : source.slice(1, -1)
  return { kind: 'scalar', start, end, content }
}

/** Offset behind the closing quote of the string at the cursor. Every escape is checked on the way. */
function stringEnd({ text, at }: Cursor): number {
  for (let i = at + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) return i + 1
    if (unit < FIRST_PRINTABLE) throw malformed(text, i, 'control character in a string')
    if (unit !== BACKSLASH) continue
    const end = matchEnd(ESCAPE, text, i)
    if (end === i) throw malformed(text, i, 'unknown escape in a string')
    i = end - 1
  }
  throw malformed(text, at, 'string without end')
}

function readPlainScalar(cursor: Cursor): ScalarNode {
  const start = cursor.at
  cursor.at = matchEnd(PLAIN_SCALAR, cursor.text, start)
  if (cursor.at === start) throw failure(cursor, 'expected a value')
  return { kind: 'scalar', start, end: cursor.at, content: cursor.text.slice(start, cursor.at) }
}

/** Moves the cursor over white space and comments. */
function skipBlanks(cursor: Cursor): void {
  const { text } = cursor
  for (;;) {
    cursor.at = matchEnd(BLANKS, text, cursor.at)
    if (text.startsWith('//', cursor.at)) cursor.at = matchEnd(LINE_REST, text, cursor.at)
    else if (text.startsWith('/*', cursor.at)) cursor.at = commentEnd(cursor)
    else return
  }
}

function commentEnd({ text, at }: Cursor): number {
  const close = text.indexOf('*/', at + 2)
  if (close === -1) throw malformed(text, at, 'comment without end')
  return close + 2
}

function consume(cursor: Cursor, character: string): boolean {
  if (cursor.text[cursor.at] !== character) return false
  cursor.at++
  return true
}

const failure = ({ text, at }: Cursor, reason: string): Error =>
  malformed(text, at, at < text.length ? reason : 'unexpected end of the document')
