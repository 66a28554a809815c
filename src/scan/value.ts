import { shannon } from './entropy.ts'
import { isWeakWord } from './placeholder.ts'
import { isReadable } from './readable.ts'

const HEX = /^[0-9a-f]+$/i
const NO_LETTERS_OR_NO_DIGITS = /^[^A-Za-z]*$|^[^0-9]*$/
const PATH =
  /^(?:\.{0,2}\/|[A-Za-z]:\\|~\/|https?:|urn:|arn:|data:)|\.(?:js|ts|py|json|ya?ml|pem|key|crt|txt|com|org|io|net)$/
const CODE = /[(){}[\]<>]|\$\w|::|\s/

/**
 * True if `value` looks drawn at random: letters and digits mixed all through, not words, a path, code or a
 * number.
 */
export function looksRandom(value: string): boolean {
  if (isWeakWord(value) || NO_LETTERS_OR_NO_DIGITS.test(value) || PATH.test(value) || isReadable(value))
    return false
  if (HEX.test(value)) return value.length >= 24 && shannon(value) >= 3
  return changes(value) >= value.length / 5
}

/** True if `value` mixes at least three of small letters, capitals, digits and signs, as people's passwords must. */
export function mixesKinds(value: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(kind => kind.test(value)).length
  return kinds >= 3 && /\d/.test(value) && !PATH.test(value) && !CODE.test(value)
}

/** How often small letters, capitals, digits and signs take turns. */
const changes = (value: string): number => (value.match(/[a-z]+|[A-Z]+|\d+|[^A-Za-z0-9]+/g) ?? []).length
