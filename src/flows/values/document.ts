import { decodeUtf8 } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { conflictSides } from '../../formats/conflict.ts'
import type { Editor, Place } from '../../formats/editor.ts'
import type { ValueSpan } from '../../formats/format.ts'
import { loadEditor } from '../../formats/editors.ts'
import { formats } from '../../formats/table.ts'
import type { ScalarNode, TreeNode } from '../../formats/tree.ts'
import { TOKEN_START } from '../../envelope/token.ts'
import { pointerScope } from '../../policy/policy.ts'
import { tokenIn } from '../filter/held-values.ts'
import type { Opened } from './open.ts'
import { assertOpens, assertUndamaged } from './open.ts'
import type { PlacedBytes } from './work-file.ts'

/** A file as text whose values can be told apart; tokens that did not open stand in it as they are. */
export interface Document {
  readonly placed: PlacedBytes
  readonly editor: Editor
  readonly text: string
  readonly roots: readonly TreeNode[]
}

/**
 * @throws {GitwardError} CONFIG for an unknown format or text that is not UTF-8, MALFORMED with line and column,
 *   REFUSED for a file with conflict markers.
 */
export async function documentOf(placed: PlacedBytes, { bytes }: Pick<Opened, 'bytes'>): Promise<Document> {
  const { name, format } = placed
  if (format === null) throw unknownFormat(name)
  const editor = await loadEditor(format)
  const text = decodeUtf8(bytes)
  if (text === null)
    throw new GitwardError('CONFIG', `${name} is not UTF-8 text`, { hint: `gitward cat ${shellWord(name)}` })
  return { placed, editor, text, roots: readRoots(name, editor, text) }
}

const unknownFormat = (name: string) =>
  new GitwardError(
    'CONFIG',
    `${name}: its values cannot be told apart: it is none of ${formats.map(each => each.name).join(', ')}`,
    { hint: `gitward cat ${shellWord(name)}` },
  )

function readRoots(name: string, editor: Editor, text: string): readonly TreeNode[] {
  try {
    return editor.read(text)
  } catch (error) {
    if (!hasCode(error, 'MALFORMED')) throw error
    if (conflictSides(text))
      throw new GitwardError('REFUSED', `${name} holds conflict markers`, {
        hint: `resolve them: gitward edit ${shellWord(name)}`,
      })
    throw new GitwardError('MALFORMED', `${name}:${error.message}`, {
      hint: `gitward edit ${shellWord(name)}`,
    })
  }
}

/** Every value of a text with the pointer that the policy knows it by. */
export const spansIn = ({ editor, placed }: Pick<Document, 'editor' | 'placed'>, text: string) =>
  editor.format.locate(text, pointer => pointerScope(placed.protection, pointer) !== null)

/** The token that stands at a value; null for any other text, and where nothing is protected. */
export function tokenAt(
  { editor, placed }: Document,
  text: string,
  { start, end }: Pick<ValueSpan, 'start' | 'end'>,
) {
  return placed.protection && placed.keys ? tokenIn(editor.format, text.slice(start, end)) : null
}

/** What the scalar at `place` stands for. @throws {GitwardError} USAGE if no scalar stands there, or as `assertOpens`. */
export function contentAt(document: Document, { parent, index }: Place, name: string): string {
  const { value } = parent.items[index]!
  if (value?.kind !== 'scalar') throw noScalar(document, value, name)
  assertPlain(document, value)
  return value.content
}

function assertPlain(document: Document, { start, end }: ScalarNode): void {
  const { placed, text } = document
  const source = text.slice(start, end)
  if (!source.includes(TOKEN_START)) return
  const { pointer } = spansIn(document, text).find(each => each.start === start)!
  const token = tokenAt(document, text, { start, end })
  if (token === null) assertUndamaged(placed, pointer, source)
  else assertOpens(placed, pointer, token)
}

export function noScalar({ placed }: Document, value: TreeNode, path: string): GitwardError {
  const place = `${placed.name}: ${path}`
  if (value === null || value.kind === 'scalar')
    return new GitwardError('USAGE', `${place} is an alias or has no value`, {
      hint: `gitward edit ${shellWord(placed.name)}`,
    })
  const count = value.items.length
  const inside = value.kind === 'map' ? `${count} keys` : `${count} elements`
  return new GitwardError('USAGE', `${place} is a ${value.kind} of ${inside}: name one of them`, {
    hint: `gitward edit ${shellWord(placed.name)}`,
  })
}
