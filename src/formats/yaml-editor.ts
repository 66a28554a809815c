import { parseAllDocuments, visit, type Document } from 'yaml'
import { addingInBrackets, removingFromBrackets, type BracketStyle } from './brackets.ts'
import { lineBreakOf, lineEnd, lineStart, nextLine, type Edit, type Editor, type Place } from './editor.ts'
import { malformed } from './format.ts'
import { matchEnd, textStart } from './sticky.ts'
import type { MapNode } from './tree.ts'
import { yamlKey, yamlScalars, type ScalarPlace } from './yaml-scalar.ts'
import { readDocuments, yamlFormat } from './yaml.ts'

const YAML_STYLE: BracketStyle = { gap: /(?:[ \t\n\r]|#[^\n\r]*)*/y }
const LINE_LEAD = /(?: *- )* */y
const NULL = /^(?:~|null|Null|NULL)?$/

/** YAML by hand. Anchors, tags and comments stay. */
export const yamlEditor: Editor = {
  format: yamlFormat,
  read: readDocuments,
  *replacing(text, { parent, index }, value) {
    const { start: itemStart, value: node } = parent.items[index]!
    if (node?.kind !== 'scalar') return
    const { start, end } = node
    const blank = (at: number) => (start === end && /\S/.test(text[at] ?? ' ') ? ' ' : '')
    const [before, after] = [blank(start - 1), blank(end)]
    const place = placeOf(text, parent.isFlow, text.slice(start, end), columnOf(text, itemStart))
    for (const source of yamlScalars(value, place)) yield [{ start, end, text: before + source + after }]
  },
  *adding(text, map, key, value) {
    const column = map ? leadOf(text, map.items.at(-1)?.start ?? map.start) : 0
    const place = placeOf(text, map?.isFlow ?? false, null, column)
    for (const source of yamlScalars(value, place)) {
      const member = `${yamlKey(key)}: ${source}`
      if (map?.isFlow) yield* addingInBrackets(text, map, member, YAML_STYLE)
      else yield addingLines(text, map, ' '.repeat(column) + member)
    }
  },
  *removing(text, place) {
    if (place.parent.isFlow) yield* removingFromBrackets(text, place, YAML_STYLE)
    else yield* removingLines(text, place)
  },
  parse,
}

function placeOf(text: string, isFlow: boolean, like: string | null, column: number): ScalarPlace {
  const inBlock = like === null ? undefined : /^[|>][^\n]*\n\s*?( +)\S/.exec(like)?.[1]?.length
  return { like, isFlow, indent: Math.max(inBlock ?? 0, column + 2), lineBreak: lineBreakOf(text) }
}

const columnOf = (text: string, offset: number): number =>
  offset - Math.max(lineStart(text, offset), textStart(text))

/** Columns in front of the first word of a line: blanks and the dashes of lists. */
function leadOf(text: string, offset: number): number {
  const start = Math.max(lineStart(text, offset), textStart(text))
  return matchEnd(LINE_LEAD, text, start) - start
}

function addingLines(text: string, map: MapNode | null, lines: string): Edit {
  const newLine = lineBreakOf(text)
  const last = map?.items.at(-1)
  if (last) {
    const at = lineEnd(text, last.end)
    return [{ start: at, end: at, text: newLine + lines }]
  }
  const before = /(?:^|[\n\uFEFF])$/.test(text) ? '' : newLine
  return [{ start: text.length, end: text.length, text: before + lines + newLine }]
}

function* removingLines(text: string, { parent, index }: Place): Iterable<Edit> {
  const { start, end } = parent.items[index]!
  const lines = { start: Math.max(lineStart(text, start), textStart(text)), end: nextLine(text, end) }
  yield [{ ...lines, text: '' }]
  const next = parent.items[index + 1]
  if (next) yield [{ start, end: next.start, text: '' }]
  if (parent.items.length > 1) return
  const empty = parent.kind === 'map' ? '{}' : '[]'
  const lead = /[ \t\r\n]*(?:- *)?$/.exec(text.slice(0, parent.start))![0].length
  yield [{ start: parent.start - lead, end: parent.end, text: ` ${empty}` }]
  yield [{ start: parent.start, end: parent.end, text: empty }]
}

function parse(text: string, { asText = false } = {}): unknown {
  readDocuments(text) // says where and why, without quoting
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: asText ? 'failsafe' : 'core',
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
  })
  if (documents.length > 1) throw malformed(text, 0, `${documents.length} documents stand here, not one`)
  const document = documents[0]
  if (!document) return null
  const error = document.errors[0]
  if (error)
    throw malformed(text, error.pos[0], `not valid YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`)
  if (asText) emptyNulls(document)
  return dataOf(text, document)
}

/** Unresolved and exploding aliases show only now; their message could quote the text. */
function dataOf(text: string, document: Document): unknown {
  try {
    return document.toJS()
  } catch {
    throw malformed(text, 0, 'an alias has no anchor, or too many aliases stand here')
  }
}

function emptyNulls(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      if (node.type === 'PLAIN' && NULL.test(node.source ?? '')) node.value = ''
    },
  })
}
