import { addingInBrackets, isTight, removingFromBrackets, type BracketStyle } from './brackets.ts'
import { lineBreakOf, type Edit, type Editor } from './editor.ts'
import { jsonFormat, readJson } from './json.ts'
import { plainData } from './plain-data.ts'

const JSON_STYLE: BracketStyle = { gap: /(?:[ \t\n\r]|\/\/[^\n\r]*|\/\*[^]*?\*\/)*/y }
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[Ee][+-]?\d+)?$/
const BOOLEAN = /^(?:true|false)$/

/** JSON and JSONC by hand. A number stays a number, and true or false a boolean, if the new text is one. */
export const jsonEditor: Editor = {
  format: jsonFormat,
  read: text => [readJson(text)],
  *replacing(text, { parent, index }, value) {
    const node = parent.items[index]!.value
    if (node?.kind !== 'scalar') return
    const { start, end } = node
    yield [{ start, end, text: encode(value, text.slice(start, end)) }]
  },
  *adding(text, map, key, value) {
    const colon = map && isTight(text, map) ? ':' : ': '
    const member = JSON.stringify(key) + colon + encode(value, null)
    if (map) yield* addingInBrackets(text, map, member, JSON_STYLE)
    else yield newDocument(text, member)
  },
  removing: (text, place) => removingFromBrackets(text, place, JSON_STYLE),
  parse: (text, { asText = false } = {}) =>
    plainData(readJson(text), ({ start, end, content }) => {
      const source = text.slice(start, end)
      if (asText) return source === 'null' ? '' : content
      return source.startsWith('"') ? content : JSON.parse(source)
    }),
}

function newDocument(text: string, member: string): Edit {
  const newLine = lineBreakOf(text)
  const before = /(?:^|[\n\uFEFF])$/.test(text) ? '' : newLine
  const root = ['{', `  ${member}`, '}', ''].join(newLine)
  return [{ start: text.length, end: text.length, text: before + root }]
}

/** A value as source text. What looks like a token must not read as one: its first letter is escaped. */
function encode(value: string, like: string | null): string {
  const keepsType = [NUMBER, BOOLEAN].some(type => like !== null && type.test(like) && type.test(value))
  if (keepsType) return value
  return JSON.stringify(value).replace(/^"g(?=itward:v)/, String.raw`"\u0067`)
}
