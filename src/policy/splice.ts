import { isMap, isNode, isSeq, type Pair, type YAMLSeq } from 'yaml'

// Edits of one list in YAML text that leave every other byte alone. Nodes are what `parseDocument` made of the
// same text with `keepSourceTokens`; offsets are UTF-16 units.

type Span = readonly [from: number, to: number]

/** `text` with `item`, written as flow YAML, added to a list in brackets. */
export function appendFlowItem(text: string, list: YAMLSeq, item: string): string {
  const last = list.items.at(-1)
  const at = last === undefined ? startOf(list) + 1 : contentEnd(last)
  return replace(text, [at, at], last === undefined ? ` ${item} ` : `, ${item}`)
}

/** `text` with `lines` added as an item to a block list, under its last item. */
export function appendBlockItem(text: string, list: YAMLSeq, lines: readonly string[]): string {
  return insertLines(text, contentEnd(list.items.at(-1)), lines, column(text, startOf(list)))
}

/** `text` with the empty list in brackets of `field` replaced by a block list of one item. */
export function replaceEmptyList(text: string, field: Pair, lines: readonly string[]): string {
  const from = text.slice(0, startOf(field.value)).trimEnd().length
  const without = replace(text, [from, contentEnd(field.value)], '')
  return insertLines(without, from, lines, column(text, startOf(field.key)) + 2)
}

/** `text` without item `index` of a list that has others; a comment on a line of the item goes with it. */
export function removeItem(text: string, list: YAMLSeq, index: number): string {
  return replace(text, list.flow === true ? flowItem(text, list, index) : blockItem(text, list, index), '')
}

/** `text` with the only item of the list of `field` removed: `[]` stays. */
export function emptyList(text: string, field: Pair, list: YAMLSeq): string {
  if (list.flow === true) return replace(text, [startOf(list), contentEnd(list)], '[]')
  const colon = field.srcToken?.sep?.find(({ type }) => type === 'map-value-ind')
  const at = (colon?.offset ?? startOf(list)) + 1
  return replace(replace(text, blockItem(text, list, 0), ''), [at, at], ' []')
}

/** The lines from the dash to the end of the item. */
function blockItem(text: string, list: YAMLSeq, index: number): Span {
  const tokens = list.srcToken?.type === 'block-seq' ? list.srcToken.items[index]?.start : undefined
  const dash = tokens?.find(({ type }) => type === 'seq-item-ind')?.offset ?? startOf(list.items[index])
  return [dash - column(text, dash), nextLine(text, contentEnd(list.items[index]))]
}

/** The item with a comma that is no longer needed; comments between items stay. */
function flowItem(text: string, list: YAMLSeq, index: number): Span {
  const [from, to] = [startOf(list.items[index]), contentEnd(list.items[index])]
  const isLast = index === list.items.length - 1
  const gap: Span = isLast ? [contentEnd(list.items[index - 1]), from] : [to, startOf(list.items[index + 1])]
  if (text.slice(...gap).includes('#')) return [from, isLast ? to : text.indexOf(',', to) + 1]
  return isLast ? [gap[0], to] : [from, gap[1]]
}

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0)

/** The end of what a node says, without the comments and blank lines that YAML counts to a block. */
function contentEnd(node: unknown): number {
  if (isMap(node) && node.flow !== true) return contentEnd(node.items.at(-1)?.value)
  if (isSeq(node) && node.flow !== true) return contentEnd(node.items.at(-1))
  return isNode(node) ? (node.range?.[1] ?? 0) : 0
}

const replace = (text: string, [from, to]: Span, by: string): string =>
  text.slice(0, from) + by + text.slice(to)

/** The line after the one that `offset` stands in, or the end of the text. */
function nextLine(text: string, offset: number): number {
  const lineEnd = text.indexOf('\n', text[offset - 1] === '\n' ? offset - 1 : offset)
  return lineEnd < 0 ? text.length : lineEnd + 1
}

const column = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1)

/** Adds lines after the one that `offset` stands in. */
function insertLines(text: string, offset: number, lines: readonly string[], indent: number): string {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? '\n'
  const at = nextLine(text, offset)
  const gap = text[at - 1] === '\n' ? '' : lineEnd
  const inserted = lines.map(line => ' '.repeat(indent) + line + lineEnd).join('')
  return replace(text, [at, at], gap + inserted)
}
