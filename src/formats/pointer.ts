import { malformed, type IsSealed, type ValueSpan } from './format.ts'
import type { ScalarNode } from './tree.ts'

/** Keys whose scalars may name an array element, in the order they are tried. */
export const NAMING_KEYS = ['name', 'id', 'key']

/** Text that starts like a token of any version never names an element. */
const TOKEN_START = /^gitward:v\d+:/

const LONE_SURROGATE = /\p{Surrogate}/u

const escaped = (content: string): string => content.replaceAll('~', '~0').replaceAll('/', '~1')

/** Pointer of the member `key` of the map at `parent`: RFC 6901, and a leading `-` becomes `~2`. */
export const memberPointer = (parent: string, key: string): string =>
  `${parent}/${escaped(key).replace(/^-/, '~2')}`

/** Pointer of an element of the list at `parent`: `-=name`, or `-` if nothing names it. */
export const elementPointer = (parent: string, name: string | null): string =>
  name === null ? `${parent}/-` : `${parent}/-=${escaped(name)}`

/** What of a tree it takes to name its values; every `TreeNode` is one. */
export type Outline = ScalarNode | OutlineMap | OutlineList | null

interface OutlineList {
  readonly kind: 'list'
  readonly items: readonly { readonly value: Outline }[]
}

interface OutlineMap {
  readonly kind: 'map'
  readonly items: readonly OutlineEntry[]
}

interface OutlineEntry {
  readonly key: string
  /** Of the key. */
  readonly start: number
  readonly value: Outline
}

/**
 * Every value under `roots` with its pointer, in document order. Documents have no index: all roots are ''.
 *
 * An element that is a map is named by the content of the first of its `name`, `id`, `key` that is a non-empty
 * scalar left plain *in the sealed text*. That is what `isSealed` decides for a plain text; in a sealed text the
 * value has become a token, and text that starts like a token never names. Both texts therefore agree, provided
 * the caller seals exactly the values that `isSealed` selects (values that are tokens already stay as they are).
 *
 * The pointer that `isSealed` is asked about must not depend on its answer: a scalar that was tried, up to and
 * including the one that names, has `-` for its own element. So `name` always stands at `…/-/name`; beside a plain
 * `name: one`, `key` and all else stand at `…/-=one/…`. Outer elements are named before inner ones.
 * @throws {GitwardError} MALFORMED for a key or name with a lone surrogate: pointers are UTF-8.
 */
export function spansOf(text: string, roots: readonly Outline[], isSealed: IsSealed): ValueSpan[] {
  const spans: ValueSpan[] = []

  const visit = (node: Outline, pointer: string): void => {
    if (node?.kind === 'map') for (const entry of node.items) visitEntry(entry, pointer)
    if (node?.kind === 'list') for (const item of node.items) visitElement(item.value, pointer)
    if (node?.kind === 'scalar' && node.end > node.start)
      spans.push({ pointer, start: node.start, end: node.end })
  }

  const visitEntry = ({ key, start, value }: OutlineEntry, parent: string): void => {
    assertUnicode(text, start, key)
    visit(value, memberPointer(parent, key))
  }

  const visitElement = (item: Outline, list: string): void => {
    const unnamed = elementPointer(list, null)
    if (item?.kind !== 'map') return visit(item, unnamed)
    const { name, tried } = naming(text, item, key => isSealed(memberPointer(unnamed, key)))
    const named = elementPointer(list, name)
    for (const entry of item.items) visitEntry(entry, tried.has(entry) ? unnamed : named)
  }

  for (const root of roots) visit(root, '')
  return spans
}

interface Naming {
  readonly name: string | null
  /** These have `-` for their own element. */
  readonly tried: ReadonlySet<OutlineEntry>
}

function naming(text: string, { items }: OutlineMap, isSealedKey: (key: string) => boolean): Naming {
  const tried = new Set<OutlineEntry>()
  for (const key of NAMING_KEYS) {
    const candidates = items.filter(entry => entry.key === key && entry.value?.kind === 'scalar')
    for (const entry of candidates) tried.add(entry)
    const contents = candidates.map(contentOf)
    const name = contents.find(content => content !== '' && !TOKEN_START.test(content))
    if (name === undefined || isSealedKey(key)) continue
    assertUnicode(text, candidates[0]!.start, name)
    return { name, tried }
  }
  return { name: null, tried }
}

const contentOf = ({ value }: OutlineEntry): string => (value?.kind === 'scalar' ? value.content : '')

function assertUnicode(text: string, offset: number, content: string): void {
  if (LONE_SURROGATE.test(content)) throw malformed(text, offset, 'a key or name holds a lone surrogate')
}
