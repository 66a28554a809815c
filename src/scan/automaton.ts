import { utf8, type Bytes } from '../core/bytes.ts'

/** Entries in the row of a state: one for each byte. Rows as narrow as the keywords' letters are half as fast. */
export const ROW = 256

/** States are premultiplied: a state is the offset of its row in `next`. */
export interface Automaton {
  /** `next[state | byte]` is the next state. The root is 0. */
  readonly next: Int32Array
  /** States from here on end at least one keyword. */
  readonly firstMatch: number
  /** Keywords that end in the state `firstMatch + i * ROW`, by number. */
  readonly ends: readonly (readonly number[])[]
}

interface Node {
  readonly children: Map<number, number>
  readonly ends: number[]
  fail: number
}

/** Aho-Corasick over `keywords` (ASCII, compared without case), as one dense table. */
export function buildAutomaton(keywords: readonly string[]): Automaton {
  const nodes = trie(keywords.map(keyword => utf8(keyword.toLowerCase())))
  const breadthFirst = linkFailures(nodes)
  const numbers = numberStates(nodes)
  const next = new Int32Array(nodes.length * ROW)
  for (const index of breadthFirst) {
    const { children, fail } = nodes[index]!
    const row = numbers[index]! * ROW
    // Shorter states come first, so the row that this one falls back to is complete.
    const fallback = numbers[fail]! * ROW
    next.copyWithin(row, fallback, fallback + ROW)
    for (const [byte, child] of children)
      for (const each of casesOf(byte)) next[row | each] = numbers[child]! * ROW
  }
  const matching = nodes.filter(node => node.ends.length > 0)
  const firstMatch = (nodes.length - matching.length) * ROW
  return { next, firstMatch, ends: matching.map(node => node.ends) }
}

/** A byte of a keyword; of a letter, which is small, the capital too. */
const casesOf = (byte: number): readonly number[] =>
  byte >= 0x61 && byte <= 0x7a ? [byte, byte - 0x20] : [byte]

const newNode = (): Node => ({ children: new Map(), ends: [], fail: 0 })

function trie(words: readonly Bytes[]): Node[] {
  const nodes = [newNode()]
  for (const [number, word] of words.entries()) {
    let node = nodes[0]!
    for (const byte of word) {
      if (!node.children.has(byte)) node.children.set(byte, nodes.push(newNode()) - 1)
      node = nodes[node.children.get(byte)!]!
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
    for (const [byte, child] of node.children) {
      let fail = index === 0 ? -1 : node.fail
      while (fail > 0 && !nodes[fail]!.children.has(byte)) fail = nodes[fail]!.fail
      nodes[child]!.fail = fail < 0 ? 0 : (nodes[fail]!.children.get(byte) ?? 0)
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
