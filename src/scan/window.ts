import type { Bytes } from '../core/bytes.ts'
import type { Rule } from './rule.ts'

/** Characters of context that look-behinds may read in front of `lead`. */
const CONTEXT = 2

/** A match of one rule: the byte range of the secret, and its text with one character a byte. */
export interface Match {
  readonly start: number
  readonly end: number
  readonly secret: string
}

export type Matcher = (bytes: Bytes, keywordAt: number) => Match | null

/**
 * Runs the rule's pattern on a window around one keyword and nowhere else: whatever the input, the work is
 * bounded by `lead + reach`.
 */
export function matcherOf({ pattern, lead, reach, anyCase }: Rule): Matcher {
  // With a lead the match may start anywhere before the keyword; without, only at it.
  const regex = new RegExp(pattern.source, `d${lead === 0 ? 'y' : 'g'}${anyCase ? 'i' : ''}`)
  return (bytes, keywordAt) => {
    const from = Math.max(0, keywordAt - lead - CONTEXT)
    const to = Math.min(bytes.length, keywordAt + reach)
    const keyword = keywordAt - from
    regex.lastIndex = Math.max(0, keyword - lead)
    const match = regex.exec(latin1(bytes, from, to))
    if (!match || match.index > keyword) return null
    const [start, end] = match.indices!.groups?.['secret'] ?? match.indices![0]!
    return { start: from + start, end: from + end, secret: match.input.slice(start, end) }
  }
}

/** One unit a byte, whatever the bytes: windows-1252 has a character for each. */
const decoder = new TextDecoder('latin1')

/** One character a byte, so that offsets stay what they are. ASCII stays itself. */
export const latin1 = (bytes: Bytes, from = 0, to = bytes.length): string =>
  decoder.decode(bytes.subarray(from, to))
