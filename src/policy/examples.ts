import type { GitPath } from '../core/path.ts'
import { ANYTHING } from './globs.ts'
import { DOUBLE_STAR, parsePattern, STAR, type Segment } from './pattern-syntax.ts'

/** Paths that the pattern matches: one with as little for its stars as may be, one with something for each. */
export function examplePaths(pattern: string): GitPath[] {
  const { anchored, segments } = parsePattern(pattern)
  const rooted: readonly Segment[] = anchored ? segments : [DOUBLE_STAR, ...segments]
  const shortest = rooted.flatMap((segment, i) => {
    if (segment === DOUBLE_STAR) return i === rooted.length - 1 ? [ANYTHING] : []
    return [segment.map(piece => (piece === STAR ? '' : firstOf(piece))).join('') || ANYTHING]
  })
  const longest = rooted.flatMap(segment =>
    segment === DOUBLE_STAR
      ? [ANYTHING, ANYTHING]
      : [segment.map(piece => (piece === STAR ? ANYTHING : lastOf(piece))).join('')],
  )
  return [shortest, longest].map(names => names.join('/') as GitPath)
}

const BYTES = Array.from({ length: 255 }, (_, i) => String.fromCharCode(i + 1))

/** The byte that a class stands for, or the bytes of a character. */
const firstOf = (piece: string): string => spelled(piece) ?? BYTES.find(byte => fits(piece, byte)) ?? ''
const lastOf = (piece: string): string => spelled(piece) ?? BYTES.findLast(byte => fits(piece, byte)) ?? ''

const fits = (piece: string, byte: string): boolean => new RegExp(`^${piece}$`).test(byte)

/** A piece that is no class, as text; null for a class. */
function spelled(piece: string): string | null {
  if (/^\w$/.test(piece)) return piece
  if (!/^(?:\\x[0-9a-f]{2})+$/.test(piece)) return null
  return piece.replaceAll(/\\x(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
