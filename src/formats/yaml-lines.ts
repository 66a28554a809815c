import type { Outline } from './pointer.ts'
import type { ScalarNode } from './tree.ts'

/** Printable ASCII and line feeds. */
const TEXT = /^[\n -~]*$/

const BLANK_OR_COMMENT = / *(?:#.*)?(?:\n|$)/y
/** Groups: indentation, dash, key. Lengths are bounded: a regex must not run out of stack. */
const HEAD = /( *)(- {1,8})?(?:([A-Za-z0-9_][\w.-]{0,127}):(?= |\n|$))?/y
/** Groups: blanks, scalar. */
const TAIL =
  /( {0,64})("[^"\\\n]{0,4096}"|'[^'\n]{0,4096}'|[A-Za-z0-9/](?:[!-9;-~]|:(?=[!-~])| {1,64}(?=[!"$-9;-~])){0,4096})?(?: +#.*| *)(?:\n|$)/y

const MAX_DEPTH_LEVELS = 64

/** A map or list whose keys or dashes stand at column `indent`. */
type Level =
  | { readonly kind: 'map'; readonly indent: number; readonly items: Entry[] }
  | { readonly kind: 'list'; readonly indent: number; readonly items: { readonly value: Outline }[] }

interface Entry {
  readonly key: string
  readonly start: number
  value: Level | ScalarNode
}

/**
 * The YAML that most configuration is: block maps of plain keys and block lists, each scalar on one line with its
 * key or dash. Null for anything else, and wherever in doubt: then the parser decides. Where this answers, the
 * parser would find the same values, at ten times the price.
 */
export function outlineByLines(text: string): readonly Outline[] | null {
  if (!TEXT.test(text)) return null
  const levels = new Levels()
  let at = text.startsWith('---\n') ? 4 : 0
  const take = (pattern: RegExp): readonly string[] | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    at += match?.[0].length ?? 0
    return match
  }
  while (at < text.length) {
    if (take(BLANK_OR_COMMENT)) continue
    const start = at
    const [head, blanks = '', dash = '', key] = take(HEAD)!
    const behindHead = start + head!.length
    const [line, gap = '', source = ''] = take(TAIL) ?? []
    if (line === undefined) return null
    const value = scalarAt(behindHead + gap.length, source)
    const column = blanks.length + dash.length
    const fits =
      key === undefined
        ? dash !== '' && source !== '' && levels.addItem(blanks.length, value)
        : (dash === '' || levels.addMapItem(blanks.length, column)) &&
          levels.addEntry(column, { key, start: start + column, value })
    if (!fits) return null
  }
  return levels.roots
}

const scalarAt = (start: number, source: string): ScalarNode => ({
  kind: 'scalar',
  start,
  end: start + source.length,
  content: /^["']/.test(source) ? source.slice(1, -1) : source,
})

/** The maps and lists that the next line may belong to. Its methods say whether the line may stand there at all. */
class Levels {
  readonly roots: Level[] = []
  readonly #open: Level[] = []
  /** The last key, if nothing stands behind it and no level was closed since: deeper lines are its value. */
  #childless: Entry | null = null

  addItem(indent: number, value: Level | ScalarNode): boolean {
    const list = this.#find(indent, 'list')
    list?.items.push({ value })
    this.#childless = null
    return list !== null
  }

  addMapItem(indent: number, column: number): boolean {
    const map: Level = { kind: 'map', indent: column, items: [] }
    const isAdded = this.addItem(indent, map)
    this.#open.push(map)
    return isAdded
  }

  addEntry(indent: number, entry: Entry): boolean {
    const map = this.#find(indent, 'map')
    map?.items.push(entry)
    this.#childless = entry.value.kind === 'scalar' && entry.value.end === entry.value.start ? entry : null
    return map !== null
  }

  /** Closes what ends before a line of this kind and column, and opens what starts with it. */
  #find<K extends Level['kind']>(indent: number, kind: K): Extract<Level, { kind: K }> | null {
    while (this.#isOver(indent, kind)) {
      this.#open.pop()
      this.#childless = null
    }
    const top = this.#open.at(-1)
    if (top?.indent === indent && top.kind === kind) return top as Extract<Level, { kind: K }>
    if (!this.#mayNest(indent, kind) || this.#open.length === MAX_DEPTH_LEVELS) return null
    const opened = { kind, indent, items: [] } as unknown as Extract<Level, { kind: K }>
    if (this.#childless) this.#childless.value = opened
    else this.roots.push(opened)
    this.#open.push(opened)
    return opened
  }

  #isOver(indent: number, kind: Level['kind']): boolean {
    const top = this.#open.at(-1)
    return (
      top !== undefined &&
      (top.indent > indent || (top.indent === indent && top.kind === 'list' && kind === 'map'))
    )
  }

  /** A list may stand at the column of the key that it belongs to. */
  #mayNest(indent: number, kind: Level['kind']): boolean {
    const top = this.#open.at(-1)
    if (!top) return this.roots.length === 0 && indent === 0
    return this.#childless !== null && (top.indent < indent || (kind === 'list' && top.indent === indent))
  }
}
