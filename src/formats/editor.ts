import type { Format } from './format.ts'
import type { Replacement } from './splice.ts'
import type { ListNode, MapNode, TreeNode } from './tree.ts'

/** One way to change a text; all that is not replaced keeps its bytes. */
export type Edit = readonly Replacement[]

/** An item by the map or list that holds it. */
export interface Place {
  readonly parent: MapNode | ListNode
  readonly index: number
}

/**
 * Knows how one syntax is read as data and written by hand. The ways to make a change come best first; none is
 * trusted: `edit.ts` takes the first that reads back as meant.
 */
export interface Editor {
  readonly format: Format
  /** The root of every document; null or none where there is no value. @throws {GitwardError} MALFORMED. */
  read(text: string): readonly TreeNode[]
  /** Ways to write the text `value` in the place of a scalar. */
  replacing(text: string, place: Place, value: string): Iterable<Edit>
  /** Ways to add a member to a map; to an empty file if `map` is null. */
  adding(text: string, map: MapNode | null, key: string, value: string): Iterable<Edit>
  /** Ways to take an item away, with its separator and its line. */
  removing(text: string, place: Place): Iterable<Edit>
  /**
   * The one document as plain data. `asText` keeps every scalar as the text it stands for, and null as ''.
   * @throws {GitwardError} MALFORMED, without any of the text.
   */
  parse(text: string, options?: ParseOptions): unknown
}

export interface ParseOptions {
  readonly asText?: boolean
}

/** The line break that a text uses. */
export const lineBreakOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1

/** Offset of the line break that ends the line of `offset`, or of the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end === -1) return text.length
  return end > offset && text[end - 1] === '\r' ? end - 1 : end
}

/** Offset behind that line break. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  return end === -1 ? text.length : end + 1
}
