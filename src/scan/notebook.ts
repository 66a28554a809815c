import { concat, type Bytes } from '../core/bytes.ts'
import { byteClass, skip } from './character-class.ts'
import { decodeEscapes, readBackslash } from './escapes.ts'
import { byOffsets, type Decoded, type Range } from './layer.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const SPACE = byteClass(/\s/)

/** True for the path of a Jupyter notebook. */
export const isNotebookPath = (path: string): boolean => /\.ipynb$/i.test(path)

/**
 * Cells and outputs of a notebook, each as the text that a reader sees. A notebook keeps them as arrays of
 * JSON strings, one a line: strings with only a comma between are one text. Every string of the document is
 * read, so nothing depends on the notebook's version.
 */
export function decodeNotebook(bytes: Bytes): Decoded[] {
  const texts: Decoded[] = []
  let at = bytes.indexOf(QUOTE)
  while (at !== -1) {
    const lines: Range[] = []
    let next: number | null = at
    while (next !== null) {
      const end = stringEnd(bytes, next)
      lines.push({ start: next + 1, end })
      at = end + 1
      next = followingString(bytes, at)
    }
    texts.push(join(bytes, lines))
    at = bytes.indexOf(QUOTE, at)
  }
  return texts
}

/** Offset of the quote that closes the string that opens at `start`; the end of `bytes` if none does. */
function stringEnd(bytes: Bytes, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === QUOTE) return at
    if (bytes[at] === BACKSLASH) at++
  }
  return bytes.length
}

/** Offset of a string behind one comma; null if anything else follows. */
function followingString(bytes: Bytes, at: number): number | null {
  const comma = skip(bytes, at, SPACE, bytes.length)
  if (bytes[comma] !== COMMA) return null
  const quote = skip(bytes, comma + 1, SPACE, bytes.length)
  return bytes[quote] === QUOTE ? quote : null
}

function join(bytes: Bytes, lines: readonly Range[]): Decoded {
  const parts = lines.map(line => decodeEscapes(bytes, line, BACKSLASH, readBackslash))
  const text = concat(...parts.map(part => part.bytes))
  const offsets = new Uint32Array(text.length + 1)
  let count = 0
  for (const part of parts) {
    for (let i = 0; i < part.bytes.length; i++) offsets[count++] = part.origin({ start: i, end: i }).start
  }
  offsets[count] = lines.at(-1)!.end
  return byOffsets(text, offsets)
}
