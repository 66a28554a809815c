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

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly TreeNode[]
}

export interface MapNode {
  readonly kind: 'map'
  /** In document order; keys may repeat. */
  readonly entries: readonly MapEntry[]
}

export interface MapEntry {
  /** Decoded content; the source text if the key is an alias or not a scalar. */
  readonly key: string
  /** Offset of the key, for messages. */
  readonly keyStart: number
  readonly value: TreeNode
}

/** Levels of maps and lists: far beyond any real document, far below the end of the call stack. */
const MAX_DEPTH_LEVELS = 256

export const TOO_DEEP = `nested deeper than ${MAX_DEPTH_LEVELS} levels`

/** Guards recursion into the map or list that starts at `offset`, inside `depth` others. */
export function assertDepth(text: string, offset: number, depth: number): void {
  if (depth >= MAX_DEPTH_LEVELS) throw malformed(text, offset, TOO_DEEP)
}
