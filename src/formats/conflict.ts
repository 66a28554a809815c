/** One side of a text with conflict markers, put together as if that side had won everywhere. */
export interface Side {
  readonly text: string
  /** Where a range of `text` stands in the whole; null if markers or another side lie between. */
  toWhole(start: number, end: number): { readonly start: number; readonly end: number } | null
}

type Part = 'common' | 'ours' | 'base' | 'theirs'

interface Piece {
  readonly part: Part
  readonly start: number
  readonly end: number
}

const MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?=[ \r\n]|$)/

/** What follows each marker, by the part that it ends; anything else is no conflict. */
const NEXT: Readonly<Record<string, Readonly<Partial<Record<Part, Part>>>>> = {
  '<': { common: 'ours' },
  '|': { ours: 'base' },
  '=': { ours: 'theirs', base: 'theirs' },
  '>': { theirs: 'common' },
}

/** The sides of a text that git left conflict markers in (7 characters, with or without a base); null without any. */
export function conflictSides(text: string): readonly Side[] | null {
  const pieces = piecesOf(text)
  if (!pieces) return null
  const parts: readonly Part[] = pieces.some(({ part }) => part === 'base')
    ? ['ours', 'base', 'theirs']
    : ['ours', 'theirs']
  return parts.map(part =>
    sideOf(
      text,
      pieces.filter(piece => piece.part === 'common' || piece.part === part),
    ),
  )
}

/** The text between the markers; null if there are none, or they do not nest as git writes them. */
function piecesOf(text: string): readonly Piece[] | null {
  if (!/^<{7}/m.test(text)) return null
  const pieces: Piece[] = []
  let part: Part = 'common'
  let start = 0
  for (const { index, 0: line } of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    const marker = MARKER.exec(line)?.[0]
    if (marker === undefined) continue
    const next: Part | undefined = NEXT[marker[0]!]![part]
    if (next === undefined) return null
    pieces.push({ part, start, end: index })
    part = next
    start = index + line.length
  }
  if (part !== 'common' || pieces.length === 0) return null
  return [...pieces, { part, start, end: text.length }]
}

function sideOf(text: string, pieces: readonly Piece[]): Side {
  const lengths = pieces.map(({ start, end }) => end - start)
  const toWhole: Side['toWhole'] = (start, end) => {
    let offset = 0
    for (const [i, length] of lengths.entries()) {
      if (start < offset + length) {
        const shift = pieces[i]!.start - offset
        return end <= offset + length ? { start: start + shift, end: end + shift } : null
      }
      offset += length
    }
    return null
  }
  return { text: pieces.map(({ start, end }) => text.slice(start, end)).join(''), toWhole }
}
