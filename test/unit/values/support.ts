import * as fc from 'fast-check'
import type { Editor, Place } from '../../../src/formats/editor.ts'
import type { TreeNode } from '../../../src/formats/tree.ts'

/** Every place of the documents that holds an item, in order. */
export function places(editor: Editor, text: string): Place[] {
  const found: Place[] = []
  const visit = (node: TreeNode): void => {
    if (node === null || node.kind === 'scalar') return
    for (const [index, { value }] of node.items.entries()) {
      found.push({ parent: node, index })
      visit(value)
    }
  }
  for (const root of editor.read(text)) visit(root)
  return found
}

/** Those that hold a scalar, with or without text. */
export const scalarPlaces = (editor: Editor, text: string): Place[] =>
  places(editor, text).filter(({ parent, index }) => parent.items[index]!.value?.kind === 'scalar')

/** What the n-th scalar of a text stands for. */
export function contentAt(editor: Editor, text: string, n: number): string {
  const { parent, index } = scalarPlaces(editor, text)[n]!
  const { value } = parent.items[index]!
  return value?.kind === 'scalar' ? value.content : ''
}

/** Texts that trip hand-made writers: quotes, breaks, look-alikes, comment and mapping signs. */
const TRICKY = [
  '',
  ' ',
  ' x',
  'x ',
  'yes',
  'no',
  'null',
  '~',
  'true',
  '0123',
  '1e3',
  '-',
  '- a',
  '? a',
  'a: b',
  'a #b',
  '# c',
  '&a',
  '*a',
  '!t',
  '|',
  '>',
  '%d',
  '@x',
  '`x`',
  '"',
  "'",
  `'"`,
  '\\',
  '\\n',
  'a\\',
  '$HOME',
  '${X}',
  '\n',
  'a\n',
  'a\nb',
  'a\n\nb\n\n',
  '\n a\n',
  ' a\n  b',
  'a\r\nb',
  '\r',
  '\t',
  'a\tb',
  '\u2028',
  '\u0085',
  '---',
  '...',
  '{}',
  '[]',
  '{a: b}',
  'x, y',
  'x]',
  '\uFEFF',
  '\0',
  '\u007f',
  '𝄞é',
  '<<',
  '=',
  '12:30:00',
  '-----BEGIN KEY-----\nabc\n-----END KEY-----\n',
  'gitward:v1:AAAAAAAAAAA:x',
  'http://h/p?q#f',
  'export A=1',
]

/** Values to store: tricky ones and any Unicode. */
export const secret: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TRICKY),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...Array.from(' \n\r\t#:-?"\'`{}[],|>&*!%\\=$~ayn01')), maxLength: 12 }),
)
