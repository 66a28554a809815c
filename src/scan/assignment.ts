import type { Bytes } from '../core/bytes.ts'
import { byteClass, skip } from './character-class.ts'

const NAME = byteClass(/[\w.$-]/)
const CLOSERS = byteClass(/["'`\\\])}]/)
const BLANKS = byteClass(/[ \t]/)
const SIGNS = byteClass(/[:=>,]/)
const VALUE = byteClass(/[^\s"'`\\]/)

const NAME_LIMIT = 40
const CLOSER_LIMIT = 3
const BLANK_LIMIT = 16
const SIGN_LIMIT = 2
const MIN_VALUE = 5

/**
 * True if the word at `at` may be part of a name that gets a value on the same line: `token = "…"`,
 * `'api-key': …`, `SECRET=…`, `define('SECRET', '…')`, `<secret>…`. Common words hit often: this asks a few bytes before any regex runs, and says
 * no more than `valueOf` will.
 */
export function isAssigned(bytes: Bytes, at: number): boolean {
  const nameEnd = skip(bytes, at, NAME, 2 * NAME_LIMIT)
  const beforeSign = skip(bytes, skip(bytes, nameEnd, CLOSERS, CLOSER_LIMIT), BLANKS, BLANK_LIMIT)
  const afterSign = skip(bytes, beforeSign, SIGNS, SIGN_LIMIT)
  if (afterSign === beforeSign) return false
  const beforeValue = skip(bytes, afterSign, BLANKS, BLANK_LIMIT)
  const valueStart = skip(bytes, beforeValue, CLOSERS, CLOSER_LIMIT)
  return skip(bytes, valueStart, VALUE, MIN_VALUE) - valueStart === MIN_VALUE
}

/**
 * The pattern of a name that starts with one of `words` and gets a value: the part of the name behind the
 * word, sign and quote are bounded. `value` is the source of a pattern with a group named `secret`.
 */
export function assignmentPattern(words: string, value: string): RegExp {
  const name = `(?:${words})[\\w.$-]{0,${NAME_LIMIT}}`
  const sign = `["'\`\\\\\\])}]{0,${CLOSER_LIMIT}}[ \\t]{0,${BLANK_LIMIT}}(?:=>|:=|=|:|>|(?<=["'\`]),(?=[ \\t]{0,${BLANK_LIMIT}}["'\`]))[ \\t]{0,${BLANK_LIMIT}}`
  return new RegExp(`${name}${sign}["'\`\\\\]{0,${CLOSER_LIMIT}}${value}`)
}

/** What `assignmentPattern` may read in front of the value, in bytes. */
export const ASSIGNMENT_BYTES = 2 * NAME_LIMIT + 2 * CLOSER_LIMIT + 2 * BLANK_LIMIT + SIGN_LIMIT
