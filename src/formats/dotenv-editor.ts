import { GitwardError } from '../core/errors.ts'
import { dotenvFormat, readDotenv } from './dotenv.ts'
import { lineBreakOf, lineStart, nextLine, type Edit, type Editor } from './editor.ts'
import { plainData } from './plain-data.ts'
import type { MapNode } from './tree.ts'

const NAME = /^[\w.-]+$/
/** Text that every shell and library reads as it stands. A token must not be taken for one: it gets quotes. */
const BARE = /^(?!gitward:v)[\w./:@%+,=-]+$/
const TO_ESCAPE = /["\\$`\r]/g

/** Lines of `NAME=value` by hand. */
export const dotenvEditor: Editor = {
  format: dotenvFormat,
  read: text => [readDotenv(text)],
  *replacing(text, { parent, index }, value) {
    const node = parent.items[index]!.value
    if (node?.kind !== 'scalar') return
    const { start, end } = node
    for (const source of encodings(value, text.slice(start, end))) yield [{ start, end, text: source }]
  },
  *adding(text, map, name, value) {
    assertName(name)
    const newLine = lineBreakOf(text)
    const before = text === '' || text === '\uFEFF' || text.endsWith('\n') ? '' : newLine
    for (const source of encodings(value, null))
      yield append(text, `${before}${exportOf(text, map)}${name}=${source}${newLine}`)
  },
  *removing(text, { parent, index }) {
    const { start, end } = parent.items[index]!
    yield [{ start: Math.max(start, lineStart(text, start)), end: nextLine(text, end), text: '' }]
  },
  parse: text => plainData(readDotenv(text), ({ content }) => content),
}

const append = (text: string, added: string): Edit => [{ start: text.length, end: text.length, text: added }]

/** `export ` where every assignment has it. */
function exportOf(text: string, map: MapNode | null): string {
  const items = map?.items ?? []
  return items.length > 0 &&
    items.every(({ start }) => /^[ \t]*export[ \t]/.test(text.slice(start, start + 99)))
    ? 'export '
    : ''
}

/** The name is not repeated: `set .env:NAME=value` would show the value. */
function assertName(name: string): void {
  if (NAME.test(name)) return
  throw new GitwardError('USAGE', 'a name in a dotenv file holds only letters, digits, _ . and -', {
    hint: 'gitward set .env:NAME --stdin',
  })
}

/** Ways to write a value: in the quotes it had if they can hold it, else bare, in `'`, in `"`. */
export function* encodings(value: string, like: string | null): Iterable<string> {
  const quoted = `"${value.replaceAll(TO_ESCAPE, c => (c === '\r' ? '\\r' : `\\${c}`))}"`
  if (like?.startsWith('"')) yield quoted
  if (!like?.startsWith("'") && BARE.test(value)) yield value
  if (!/['\r]/.test(value)) yield `'${value}'`
  yield quoted
}
