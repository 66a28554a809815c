import type { Bytes } from './bytes.ts'

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const PAD = 0x3d
const NOT_A_DIGIT = 0xff

interface Alphabet {
  readonly digits: Uint8Array
  readonly values: Uint8Array
  readonly padded: boolean
}

function alphabet(characters: string, padded: boolean): Alphabet {
  const digits = Uint8Array.from(characters, c => c.charCodeAt(0))
  const values = new Uint8Array(256).fill(NOT_A_DIGIT)
  for (const [value, digit] of digits.entries()) values[digit] = value
  return { digits, values, padded }
}

const standard = alphabet(STANDARD, true)
const urlSafe = alphabet(URL_SAFE, false)

/** RFC 4648 §4, padded, as ASCII bytes: works beyond the longest JavaScript string. */
export const base64Bytes = (bytes: Bytes): Bytes => encode(bytes, standard)
export const base64 = (bytes: Bytes): string => ascii(encode(bytes, standard))
/** RFC 4648 §5 without padding. */
export const base64url = (bytes: Bytes): string => ascii(encode(bytes, urlSafe))

/**
 * Strict decoders: null for a foreign character, wrong padding or non-zero trailing bits, so that each byte
 * string has exactly one spelling (`Buffer.from(text, 'base64')` accepts all of those).
 */
export const fromBase64 = (text: string | Bytes): Bytes | null => decode(text, standard)
export const fromBase64url = (text: string | Bytes): Bytes | null => decode(text, urlSafe)

const decoder = new TextDecoder()
const ascii = (bytes: Bytes): string => decoder.decode(bytes)

function encode(bytes: Bytes, { digits, padded }: Alphabet): Bytes {
  const rest = bytes.length % 3
  const whole = bytes.length - rest
  const digitCount = (whole / 3) * 4 + (rest === 0 ? 0 : rest + 1)
  const out = new Uint8Array(padded ? Math.ceil(bytes.length / 3) * 4 : digitCount)
  let at = 0
  for (let i = 0; i < whole; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!
    out[at++] = digits[group >> 18]!
    out[at++] = digits[(group >> 12) & 63]!
    out[at++] = digits[(group >> 6) & 63]!
    out[at++] = digits[group & 63]!
  }
  if (rest > 0) {
    const group = (bytes[whole]! << 16) | ((bytes[whole + 1] ?? 0) << 8)
    out[at++] = digits[group >> 18]!
    out[at++] = digits[(group >> 12) & 63]!
    if (rest === 2) out[at++] = digits[(group >> 6) & 63]!
  }
  return out.fill(PAD, at)
}

function decode(text: string | Bytes, { values, padded }: Alphabet): Bytes | null {
  const digits = padded ? digitsBeforePadding(text) : text.length
  if (digits === null || digits % 4 === 1) return null
  const out = new Uint8Array(Math.floor((digits * 3) / 4))
  let at = 0
  let bits = 0
  let group = 0
  for (let i = 0; i < digits; i++) {
    const value = values[codeAt(text, i)] ?? NOT_A_DIGIT
    if (value === NOT_A_DIGIT) return null
    group = ((group << 6) | value) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      out[at++] = (group >> bits) & 0xff
    }
  }
  return (group & ((1 << bits) - 1)) === 0 ? out : null
}

const codeAt = (text: string | Bytes, at: number): number =>
  typeof text === 'string' ? text.charCodeAt(at) : text[at]!

/** How many digits stand before `=` padding; null unless the length is a multiple of four with at most two pads. */
function digitsBeforePadding(text: string | Bytes): number | null {
  if (text.length % 4 !== 0) return null
  let end = text.length
  while (end > 0 && text.length - end < 2 && codeAt(text, end - 1) === PAD) end--
  return end
}
