import {
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type ParsedNode,
  type Scalar,
  type YAMLParseError,
} from 'yaml'
import { bareToken, malformed, noneSealed, type Format } from './format.ts'
import { spansOf } from './pointer.ts'
import { outlineByLines } from './yaml-lines.ts'
import { assertDepth, TOO_DEEP, type Item, type MapEntry, type ScalarNode, type TreeNode } from './tree.ts'

/** No type, tag, merge key or alias is resolved: only where things stand counts. */
const AS_WRITTEN = {
  version: '1.2',
  schema: 'failsafe',
  resolveKnownTags: false,
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
} as const

/**
 * YAML 1.2, any number of documents. Anchors and tags stay outside the span. A block scalar runs from its header to
 * before its last line break, so that a token in its place still ends its line.
 */
export const yamlFormat: Format = {
  name: 'yaml',
  locate: (text, isSealed = noneSealed) =>
    spansOf(text, outlineByLines(text) ?? readDocuments(text), isSealed),
  ...bareToken,
}

/** The root of every document. */
export function readDocuments(text: string): TreeNode[] {
  const documents = parse(text)
  const errors = 'empty' in documents ? documents.errors : documents.flatMap(each => each.errors)
  if (errors[0]) throw failure(text, errors[0])
  return documents.map(each => treeOf(text, each.contents, 0))
}

/** The parser recurses on nested blocks and gives up with a RangeError, the composer with RESOURCE_EXHAUSTION. */
function parse(text: string): ReturnType<typeof parseAllDocuments<ParsedNode>> {
  try {
    return parseAllDocuments(text, AS_WRITTEN)
  } catch (error) {
    if (error instanceof RangeError) throw malformed(text, 0, TOO_DEEP)
    throw error
  }
}

/** Only the code of the parser's error: its message, and so the error as a cause, may quote a secret. */
function failure(text: string, { code, pos }: YAMLParseError): Error {
  if (code === 'RESOURCE_EXHAUSTION') return malformed(text, pos[0], TOO_DEEP)
  return malformed(text, pos[0], `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`)
}

/** The tree below a node that stands inside `depth` maps and lists. An alias is never followed. */
function treeOf(text: string, node: ParsedNode | null, depth: number): TreeNode {
  if (isScalar(node)) return scalarOf(text, node)
  if (!isMap(node) && !isSeq(node)) return null
  assertDepth(text, node.range[0], depth)
  const placed = { isFlow: node.flow === true, start: node.range[0] }
  if (isSeq(node)) {
    const items = node.items.map(item => itemOf(text, item, item, depth + 1))
    return { kind: 'list', ...placed, items, end: endOf(node, items) }
  }
  const items = node.items.map(({ key, value }): MapEntry => ({
    key: keyOf(text, key),
    ...itemOf(text, key, value, depth + 1),
  }))
  return { kind: 'map', ...placed, items, end: endOf(node, items) }
}

function itemOf(text: string, first: ParsedNode, last: ParsedNode | null, depth: number): Item {
  const value = treeOf(text, last, depth)
  return { start: first.range[0], end: value?.end ?? (last ?? first).range[1], value }
}

/** A block collection ends with its last item: the parser counts the line breaks behind it. */
const endOf = ({ flow, range }: ParsedNode & { flow?: boolean }, items: readonly Item[]): number =>
  flow === true ? range[1] : (items.at(-1)?.end ?? range[1])

function scalarOf(text: string, { range, source, type }: Scalar.Parsed): ScalarNode {
  const [start, end] = range
  const isBlock = type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED'
  return { kind: 'scalar', start, end: isBlock ? withoutLineBreak(text, end) : end, content: source }
}

function withoutLineBreak(text: string, end: number): number {
  if (text[end - 1] !== '\n') return end
  return text[end - 2] === '\r' ? end - 2 : end - 1
}

/** Decoded content of a scalar key; the source text, without trailing blanks, of any other. */
const keyOf = (text: string, key: ParsedNode): string =>
  isScalar(key) ? key.source : text.slice(key.range[0], key.range[1]).trimEnd()
