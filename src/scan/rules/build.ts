import { ASSIGNMENT_BYTES, assignmentPattern, isAssigned } from '../assignment.ts'
import type { Rule } from '../rule.ts'

type Common = Omit<Rule, 'kind' | 'shape' | 'pattern' | 'lead' | 'reach' | 'keywords' | 'anyCase'> & {
  readonly kind?: Rule['kind']
  readonly keywords: readonly string[]
}

interface TokenFacts extends Common {
  /** Source of the pattern of the whole token; it starts with a keyword, unless `lead` is given. */
  readonly format: string
  readonly lead?: number
  /** Longest token in bytes. */
  readonly longest: number
}

/** A string escape like `\n` may stand directly in front: its letter does not make a token part of a word. */
const WORD_START = '(?:(?<![A-Za-z0-9_])|(?<=\\\\[nrtbf]))'

/** A rule for tokens that their format gives away. A token never continues in letters, digits or `_`. */
export function token({ format, longest, lead = 0, ...facts }: TokenFacts): Rule {
  const pattern = new RegExp(`${WORD_START}(?:${format})(?![A-Za-z0-9_])`)
  return { kind: 'secret', shape: 'token', ...facts, pattern, lead, reach: longest + 1 }
}

interface NamedFacts extends Common {
  /** Source of the pattern of the name's beginning; starts with a keyword. Without case, as the whole pattern. */
  readonly name: string
  /** Source of the pattern of the value. */
  readonly value: string
  /** Longest value in bytes. */
  readonly longest: number
}

/** A rule for values that only the name in front of them gives away, on one line. */
export function named({ name, value, longest, ...facts }: NamedFacts): Rule {
  const pattern = assignmentPattern(name, `(?<secret>${value})(?![A-Za-z0-9_+/=-])`)
  const reach = ASSIGNMENT_BYTES + longest + 1
  return {
    kind: 'secret',
    shape: 'named',
    ...facts,
    anyCase: true,
    confirm: isAssigned,
    pattern,
    lead: 0,
    reach,
  }
}
