import { GitwardError } from '../core/errors.ts'
import type { Edit, Editor, Place } from './editor.ts'
import { splice } from './splice.ts'
import type { ListNode, MapNode, ScalarNode, TreeNode } from './tree.ts'

const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * `text` with the scalar at `place` standing for `value`; every other byte stays.
 * @throws {GitwardError} REFUSED if no way to write it leaves all else as it was, USAGE for a lone surrogate.
 */
export function setValue(editor: Editor, text: string, place: Place, value: string): string {
  assertUnicode(value)
  const item = place.parent.items[place.index]!
  const meant = withItem(place, { ...item, value: scalar(value) })
  return firstThat(editor, text, editor.replacing(text, place, value), place.parent, meant)
}

/**
 * `text` with one more member of `map`, or of the empty file's map.
 * @throws {GitwardError} as `setValue`, and what the syntax says of the key.
 */
export function addValue(
  editor: Editor,
  text: string,
  map: MapNode | null,
  key: string,
  value: string,
): string {
  assertUnicode(key + value)
  const node: MapNode = map ?? { kind: 'map', isFlow: false, start: 0, end: 0, items: [] }
  const meant = { ...node, items: [...node.items, { key, start: 0, end: 0, value: scalar(value) }] }
  return firstThat(editor, text, editor.adding(text, map, key, value), map, meant)
}

/** `text` without the item at `place`. @throws {GitwardError} REFUSED. */
export function removeItem(editor: Editor, text: string, place: Place): string {
  const { parent, index } = place
  const meant = { ...parent, items: parent.items.filter((_, i) => i !== index) } as MapNode | ListNode
  return firstThat(editor, text, editor.removing(text, place), parent, meant)
}

const scalar = (content: string): ScalarNode => ({ kind: 'scalar', start: 0, end: 0, content })

const withItem = ({ parent, index }: Place, item: MapNode['items'][number] | ListNode['items'][number]) =>
  ({ ...parent, items: parent.items.with(index, item as never) }) as MapNode | ListNode

function assertUnicode(text: string): void {
  if (LONE_SURROGATE.test(text))
    throw new GitwardError('USAGE', 'the value is not valid Unicode text', {
      hint: 'gitward set FILE:POINTER --file VALUE-FILE',
    })
}

/** Makes the first edit after which the document reads as it did, but for `node`, which reads as `meant`. */
function firstThat(
  editor: Editor,
  text: string,
  edits: Iterable<Edit>,
  node: TreeNode,
  meant: TreeNode,
): string {
  const before = editor.read(text)
  const wanted = node === null ? [meant] : rootsWith(before, node, meant)
  const parsed = parses(editor, text)
  for (const edit of edits) {
    const edited = splice(text, edit)
    if (readsAs(editor, edited, wanted) && (!parsed || parses(editor, edited))) return edited
  }
  throw new GitwardError('REFUSED', 'cannot be changed in place: the text around it would change meaning')
}

/** The trees with one node replaced; nodes are told apart by where they stand, for `before` was read anew. */
function rootsWith(roots: readonly TreeNode[], target: NonNullable<TreeNode>, meant: TreeNode): TreeNode[] {
  const replaced = (node: TreeNode): TreeNode => {
    if (node === null || node.kind === 'scalar') return node
    if (node.kind === target.kind && node.start === target.start && node.end === target.end) return meant
    return { ...node, items: node.items.map(item => ({ ...item, value: replaced(item.value) })) } as TreeNode
  }
  return roots.map(replaced)
}

function readsAs(editor: Editor, text: string, wanted: readonly TreeNode[]): boolean {
  try {
    const [a, b] = [editor.read(text), wanted].map(roots => roots.filter(root => !isEmpty(root)))
    return a!.length === b!.length && a!.every((root, i) => sameContent(root, b![i]!))
  } catch (error) {
    if (error instanceof GitwardError) return false
    throw error
  }
}

/** An alias that lost its anchor only shows here. */
function parses(editor: Editor, text: string): boolean {
  try {
    editor.parse(text)
    return true
  } catch (error) {
    if (error instanceof GitwardError) return false
    throw error
  }
}

/** A document without a value, such as a file of comments. */
export const isEmpty = (root: TreeNode): boolean =>
  root === null || (root.kind === 'scalar' ? root.start === root.end : root.items.length === 0)

/** The same keys, contents and structure, wherever they stand. */
function sameContent(a: TreeNode, b: TreeNode): boolean {
  if (a === null || b === null) return a === b
  if (a.kind === 'scalar') return b.kind === 'scalar' && a.content === b.content
  if (a.kind !== b.kind || a.items.length !== b.items.length) return false
  return a.items.every((item, i) => {
    const other = b.items[i]!
    const keys = [item, other].map(each => ('key' in each ? each.key : null))
    return keys[0] === keys[1] && sameContent(item.value, other.value)
  })
}
