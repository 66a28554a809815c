import { utf8 } from '../core/bytes.ts'
import { readBracket } from './brackets.ts'
import { refusePattern } from './refuse.ts'

/** git ignores attribute lines of 2048 bytes and more, and quoting may make four bytes of one. */
const MAX_PATTERN_BYTES = 400

export const STAR = '*'
export const DOUBLE_STAR = '**'

/** `**`, or the pieces of one path segment: `STAR`, or regex source of fixed length over bytes. */
export type Segment = typeof DOUBLE_STAR | readonly string[]

export interface PatternSyntax {
  /** Holds a slash, so it is matched from the root; otherwise its one segment is matched at any depth. */
  readonly anchored: boolean
  readonly segments: readonly Segment[]
}

/**
 * Reads a gitattributes pattern (gitattributes(5), git's wildmatch.c). Patterns that git takes otherwise than
 * they look, that its versions disagree on, or that can match no path are refused.
 * @throws {GitwardError} CONFIG naming the pattern; the hint says what to write instead.
 */
export function parsePattern(pattern: string): PatternSyntax {
  assertPlain(pattern)
  const segments: Segment[] = []
  let at = pattern.startsWith('/') ? 1 : 0
  while (at < pattern.length) {
    const { segment, end } = readSegment(pattern, at)
    segments.push(segment)
    at = end + 1
  }
  return { anchored: pattern.includes('/'), segments }
}

/** What a pattern must not be, whatever its segments say: a row each. */
const REFUSED: readonly {
  readonly is: (pattern: string) => boolean
  readonly what: string
  readonly hint: string
}[] = [
  { is: pattern => pattern === '', what: 'is empty', hint: 'write ** for every file' },
  {
    is: pattern => /\p{Surrogate}/u.test(pattern),
    what: 'is not valid Unicode',
    hint: 'write ? for each byte that is not',
  },
  {
    is: pattern => /\p{Control}/u.test(pattern),
    what: 'has a control character',
    hint: 'write ? in its place',
  },
  {
    is: pattern => utf8(pattern).length > MAX_PATTERN_BYTES,
    what: `is longer than ${MAX_PATTERN_BYTES} bytes`,
    hint: 'write * for a part of it',
  },
  {
    is: pattern => pattern.startsWith('!'),
    what: 'is negated, which gitattributes cannot be',
    hint: 'write \\! for a name that begins with !',
  },
  {
    is: pattern => pattern.startsWith('[attr]'),
    what: 'begins with [attr], which git takes for a macro',
    hint: 'write [art]',
  },
  {
    is: pattern => pattern.endsWith('/'),
    what: 'ends with a slash, so that git matches nothing',
    hint: 'write dir/** for all files in it',
  },
]

function assertPlain(pattern: string): void {
  const reason = REFUSED.find(({ is }) => is(pattern))
  if (reason) throw refusePattern(pattern, reason.what, reason.hint)
}

/** Reads up to the next slash or the end. */
function readSegment(pattern: string, start: number): { readonly segment: Segment; readonly end: number } {
  const pieces: string[] = []
  let at = start
  while (at < pattern.length && pattern[at] !== '/') {
    const { piece, end } = readPiece(pattern, at)
    pieces.push(piece)
    at = end
  }
  const text = pattern.slice(start, at)
  if (text === '' || text === '.' || text === '..')
    throw refusePattern(pattern, 'has an empty, . or .. segment', 'write it from the root: config/prod.yaml')
  if (text === DOUBLE_STAR) return { segment: DOUBLE_STAR, end: at }
  if (pieces.some((piece, i) => piece === STAR && pieces[i + 1] === STAR))
    throw refusePattern(pattern, 'has a ** that is not alone between slashes', 'write * or /**/')
  return { segment: pieces, end: at }
}

function readPiece(pattern: string, at: number): { readonly piece: string; readonly end: number } {
  const character = characterAt(pattern, at)
  if (character === '*') return { piece: STAR, end: at + 1 }
  if (character === '?') return { piece: '[^/]', end: at + 1 }
  if (character === '[') return readBracket(pattern, at)
  if (character === '\\') return readEscape(pattern, at)
  if (character === '{' || character === '}')
    throw refusePattern(
      pattern,
      'has a brace, which git takes literally',
      'write one pattern for each name, or \\{ and \\} for the braces themselves',
    )
  return { piece: literal(character), end: at + character.length }
}

function readEscape(pattern: string, at: number): { readonly piece: string; readonly end: number } {
  const character = characterAt(pattern, at + 1)
  if (character === '' || character === '/')
    throw refusePattern(pattern, 'has a backslash before nothing', 'write \\\\ for a backslash itself')
  return { piece: literal(character), end: at + 1 + character.length }
}

/** A whole character, never half a surrogate pair; empty at the end. */
function characterAt(pattern: string, at: number): string {
  const codePoint = pattern.codePointAt(at)
  return codePoint === undefined ? '' : String.fromCodePoint(codePoint)
}

const literal = (character: string): string =>
  /\w/.test(character) ? character : Array.from(utf8(character), byteEscape).join('')

const byteEscape = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`
