import { lineBreakOf, lineEnd, lineStart, nextLine, type Edit, type Place } from './editor.ts'
import { matchEnd } from './sticky.ts'
import type { Item, ListNode, MapNode } from './tree.ts'

const BLANKS = /[ \t]*/y
const INDENT = /[ \t]*/y
/** All that may share the line behind an item that stands on lines of its own. */
const REST_OF_OWN_LINE = /[ \t]*,?[ \t]*(?:(?:\/\/|#)[^\n]*|\/\*[^\n]*?\*\/[ \t]*)?\r?(?=\n)/y

/** What two syntaxes with brackets and commas differ in. */
export interface BracketStyle {
  /** Sticky: white space and comments. */
  readonly gap: RegExp
}

/** Ways to add `member` (`key: value`, as source text) to a map in brackets. */
export function* addingInBrackets(
  text: string,
  map: MapNode,
  member: string,
  style: BracketStyle,
): Iterable<Edit> {
  const { start, end, items } = map
  const last = items.at(-1)
  if (!last) {
    yield addingToEmpty(text, map, member)
    return
  }
  const comma = commaAfter(text, last, style)
  const at = comma === null ? last.end : comma + 1
  const behind = comma === null ? '' : ','
  const ownLine = lineBreakOf(text) + indentAt(text, last.start) + member + behind
  if (text.slice(start, items[0]!.start).includes('\n')) {
    const lineOfLast = lineEnd(text, at)
    if (lineOfLast < end - 1)
      yield [...(comma === null ? [insert(last.end, ',')] : []), insert(lineOfLast, ownLine)]
    yield [insert(at, (comma === null ? ',' : '') + ownLine)]
  }
  const space = isTight(text, map) ? '' : ' '
  yield [insert(at, (comma === null ? ',' : '') + space + member + behind)]
}

function addingToEmpty(text: string, { start, end }: MapNode, member: string): Edit {
  const inside = text.slice(start + 1, end - 1)
  if (inside.trim() === '' && !inside.includes('\n'))
    return [{ start: start + 1, end: end - 1, text: member }]
  return [insert(start + 1, `${lineBreakOf(text)}${indentAt(text, start)}  ${member}`)]
}

/** True if the source text of the first member has no blank behind its colon. */
export function isTight(text: string, { items }: MapNode): boolean {
  const first = items[0]
  return Boolean(first?.value && text[first.value.start - 1] === ':')
}

/** Ways to take an item out of brackets. */
export function* removingFromBrackets(
  text: string,
  { parent, index }: Place,
  style: BracketStyle,
): Iterable<Edit> {
  const item = parent.items[index]!
  const previous = parent.items[index - 1]
  const comma = commaAfter(text, item, style)
  const orphan = comma === null && previous ? commaAfter(text, previous, style) : null
  const orphaned = orphan === null ? [] : [{ start: orphan, end: orphan + 1, text: '' }]
  const lines = ownLines(text, parent, item)
  if (lines) yield [...orphaned, { ...lines, text: '' }]
  if (comma !== null) yield [{ start: item.start, end: matchEnd(BLANKS, text, comma + 1), text: '' }]
  if (previous && /^,\s*$/.test(text.slice(previous.end, item.start)))
    yield [{ start: previous.end, end: item.end, text: '' }]
  yield [...orphaned, { start: item.start, end: item.end, text: '' }]
}

/** The lines that an item has to itself; null if it shares one with anything but its comma and a comment. */
function ownLines(text: string, parent: MapNode | ListNode, item: Item) {
  const start = lineStart(text, item.start)
  const isFirstOnLine = matchEnd(INDENT, text, start) === item.start && start > parent.start
  REST_OF_OWN_LINE.lastIndex = item.end
  return isFirstOnLine && REST_OF_OWN_LINE.test(text) ? { start, end: nextLine(text, item.end) } : null
}

function commaAfter(text: string, item: Item, { gap }: BracketStyle): number | null {
  const at = matchEnd(gap, text, item.end)
  return text[at] === ',' ? at : null
}

const indentAt = (text: string, offset: number): string => {
  const start = lineStart(text, offset)
  return text.slice(start, matchEnd(INDENT, text, start))
}

const insert = (at: number, text: string) => ({ start: at, end: at, text })
