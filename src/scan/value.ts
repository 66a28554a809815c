import { shannon } from './entropy.ts'
import { isWeakWord } from './placeholder.ts'

const HEX = /^[0-9a-f]+$/i
const DIGITS = /^[\d.,:_-]+$/
/** Words, paths, versions, host names and code: readable text in one piece. */
const READABLE = /^(?:[A-Za-z]+|[A-Za-z]{3,}(?:[-_./:][A-Za-z]{2,})+[-_./:]?\d{0,4})$/
const PATH =
  /^(?:\.{0,2}\/|[A-Za-z]:\\|~\/|https?:|urn:|arn:|data:)|\.(?:js|ts|py|json|ya?ml|pem|key|crt|txt|com|org|io|net)$/

/**
 * True if `value` looks drawn at random: letters and digits mixed all through, not words, a path, a number or a
 * digest's usual neighbour.
 */
export function looksRandom(value: string): boolean {
  if (isWeakWord(value) || DIGITS.test(value) || READABLE.test(value) || PATH.test(value)) return false
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false
  if (HEX.test(value)) return value.length >= 24 && shannon(value) >= 3
  return longestWord(value) <= Math.max(8, value.length / 4) && changes(value) >= value.length / 5
}

/** True if `value` mixes at least three of small letters, capitals, digits and signs. */
export function mixesKinds(value: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(kind => kind.test(value)).length
  return kinds >= 3 && !PATH.test(value) && !/[(){}[\]<>]|\$\w|::|\s/.test(value)
}

/** Length of the longest stretch of letters in one case, a capital first allowed: what words are made of. */
function longestWord(value: string): number {
  return (value.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? []).reduce(
    (longest, word) => Math.max(longest, word.length),
    0,
  )
}

/** How often small letters, capitals, digits and signs take turns. */
function changes(value: string): number {
  return (value.match(/[a-z]+|[A-Z]+|\d+|[^A-Za-z0-9]+/g) ?? []).length
}
