import { malformed } from './format.ts'

/**
 * What a parser hands over: just enough of a document to name its values and say where they stand.
 * null is a place without a value of its own: an alias, or a key alone.
 */
export type TreeNode = ScalarNode | ListNode | MapNode | null

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly start: number
  readonly end: number
  /** Decoded (quotes and escapes gone), but of no type yet: `1` and `"1"` are equal. */
  readonly content: string
}

/** Where a map or a list stands: brackets included, else from its first item to behind its last. */
interface Collection {
  readonly start: number
  readonly end: number
  /** True between brackets, with commas; false for one line after another. */
  readonly isFlow: boolean
}

export interface ListNode extends Collection {
  readonly kind: 'list'
  readonly items: readonly Item[]
}

export interface MapNode extends Collection {
  readonly kind: 'map'
  /** In document order; keys may repeat. */
  readonly items: readonly MapEntry[]
}

/** An element of a list. */
export interface Item {
  /** Of the key or the element, without its properties; `end` is behind the value, or the key alone. */
  readonly start: number
  readonly end: number
  readonly value: TreeNode
}

export interface MapEntry extends Item {
  /** Decoded content; the source text if the key is an alias or not a scalar. */
  readonly key: string
}

/** Levels of maps and lists: far beyond any real document, far below the end of the call stack. */
const MAX_DEPTH_LEVELS = 256

export const TOO_DEEP = `nested deeper than ${MAX_DEPTH_LEVELS} levels`

/** Guards recursion into the map or list that starts at `offset`, inside `depth` others. */
export function assertDepth(text: string, offset: number, depth: number): void {
  if (depth >= MAX_DEPTH_LEVELS) throw malformed(text, offset, TOO_DEEP)
}
