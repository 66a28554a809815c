import { utf8, type Bytes } from '../core/bytes.ts'

/** States are premultiplied: a state is the offset of its row in `next`. */
export interface Automaton {
  /** Column of each byte. Bytes in no keyword share column 0; both cases of a letter share one. */
  readonly columns: Uint8Array
  /** `next[state + columns[byte]]` is the next state. The root is 0. */
  readonly next: Uint16Array | Uint32Array
  /** States from here on end at least one keyword. */
  readonly firstMatch: number
  readonly width: number
  /** Keywords that end in the state `firstMatch + i * width`, by number. */
  readonly ends: readonly (readonly number[])[]
}

interface Node {
  readonly children: Map<number, number>
  readonly ends: number[]
  fail: number
}

/** Aho-Corasick over `keywords` (ASCII, compared without case), as one dense table. */
export function buildAutomaton(keywords: readonly string[]): Automaton {
  const spelled = keywords.map(keyword => utf8(keyword.toLowerCase()))
  const { columns, width } = columnsOf(spelled)
  const nodes = trie(spelled.map(word => word.map(byte => columns[byte]!)))
  const breadthFirst = linkFailures(nodes)
  const numbers = numberStates(nodes)
  const next = new (nodes.length * width > 0xffff ? Uint32Array : Uint16Array)(nodes.length * width)
  for (const index of breadthFirst) {
    const { children, fail } = nodes[index]!
    const row = numbers[index]! * width
    // Shorter states come first, so the row that this one falls back to is complete.
    const fallback = numbers[fail]! * width
    next.copyWithin(row, fallback, fallback + width)
    for (const [column, child] of children) next[row + column] = numbers[child]! * width
  }
  const matching = nodes.filter(node => node.ends.length > 0)
  const firstMatch = (nodes.length - matching.length) * width
  return { columns, next, width, firstMatch, ends: matching.map(node => node.ends) }
}

function columnsOf(words: readonly Bytes[]): { columns: Uint8Array; width: number } {
  const columns = new Uint8Array(256)
  let width = 1
  for (const word of words) {
    for (const byte of word) {
      if (columns[byte] !== 0) continue
      const isLetter = byte >= 0x61 && byte <= 0x7a
      columns[byte] = width++
      if (isLetter) columns[byte - 0x20] = columns[byte]!
    }
  }
  return { columns, width }
}

const newNode = (): Node => ({ children: new Map(), ends: [], fail: 0 })

function trie(words: readonly Bytes[]): Node[] {
  const nodes = [newNode()]
  for (const [number, word] of words.entries()) {
    let node = nodes[0]!
    for (const column of word) {
      if (!node.children.has(column)) node.children.set(column, nodes.push(newNode()) - 1)
      node = nodes[node.children.get(column)!]!
    }
    node.ends.push(number)
  }
  return nodes
}

/** Sets where each node falls back to and adds the keywords that end there. @returns the nodes, shortest first. */
function linkFailures(nodes: Node[]): number[] {
  const order = [0]
  for (const index of order) {
    const node = nodes[index]!
    for (const [column, child] of node.children) {
      let fail = index === 0 ? -1 : node.fail
      while (fail > 0 && !nodes[fail]!.children.has(column)) fail = nodes[fail]!.fail
      nodes[child]!.fail = fail < 0 ? 0 : (nodes[fail]!.children.get(column) ?? 0)
      nodes[child]!.ends.push(...nodes[nodes[child]!.fail]!.ends)
      order.push(child)
    }
  }
  return order
}

/** State number of each node: those that end a keyword come last, so that one comparison finds a match. */
function numberStates(nodes: readonly Node[]): Uint32Array {
  const numbers = new Uint32Array(nodes.length)
  const silent = nodes.filter(node => node.ends.length === 0).length
  let quiet = 0
  let loud = silent
  for (const [index, node] of nodes.entries()) numbers[index] = node.ends.length > 0 ? loud++ : quiet++
  return numbers
}
