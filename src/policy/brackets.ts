import { refusePattern } from './refuse.ts'

/** What git's wildmatch takes each `[:name:]` for: ASCII only, and `space` without vertical tab or form feed. */
const CLASSES = new Map([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['blank', ' \\t'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\x2f:-@\\x5b-`{-~'],
  ['space', ' \\t\\n\\r'],
  ['upper', 'A-Z'],
  ['xdigit', '0-9A-Fa-f'],
])

export interface Bracket {
  /** Regex source that matches one byte, never `/`. */
  readonly piece: string
  /** Index just after the closing `]`. */
  readonly end: number
}

/**
 * Reads the bracket that opens at `start`: a `]` that stands first is literal, `!` or `^` negates.
 * @throws {GitwardError} CONFIG if it is unclosed, names an unknown class, or holds `/` or a non-ASCII character.
 */
export function readBracket(pattern: string, start: number): Bracket {
  const negated = /[!^]/.test(pattern[start + 1] ?? '')
  let at = start + (negated ? 2 : 1)
  let items = ''
  let previous: string | null = null
  do {
    const className = /^\[:([^\]]*):\]/.exec(pattern.slice(at))?.[1]
    const isRange: boolean = previous !== null && /^-[^\]]/.test(pattern.slice(at))
    if (className !== undefined) {
      items += classItems(pattern, className)
      at += className.length + 4
      previous = null
      continue
    }
    const { character, end } = readCharacter(pattern, isRange ? at + 1 : at)
    items += isRange ? rangeItems(previous!, character) : escaped(character)
    at = end
    previous = isRange ? null : character
  } while (pattern[at] !== ']')
  return { piece: negated ? `[^/${items}]` : `(?!/)[${items}]`, end: at + 1 }
}

function classItems(pattern: string, name: string): string {
  const items = CLASSES.get(name)
  if (items !== undefined) return items
  throw refusePattern(
    pattern,
    `names a class that git does not know, [:${name}:]`,
    'write [:alnum:] or another class of gitignore(5)',
  )
}

/** A range that runs backwards matches nothing beyond its first character, which stands there already. */
const rangeItems = (from: string, to: string): string => (from <= to ? `${escaped(from)}-${escaped(to)}` : '')

function readCharacter(pattern: string, at: number): { readonly character: string; readonly end: number } {
  const from = pattern[at] === '\\' ? at + 1 : at
  const character = pattern[from]
  if (character === undefined)
    throw refusePattern(pattern, 'has a [ that is never closed', 'write \\[ for a bracket itself')
  if (character === '/')
    throw refusePattern(
      pattern,
      'has a / in brackets, which git never matches',
      'take the / out of the brackets',
    )
  if (character > '\x7f')
    throw refusePattern(
      pattern,
      `has ${character} in brackets, where git compares single bytes`,
      'write one pattern for each name',
    )
  return { character, end: from + 1 }
}

const escaped = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
