import { decodeUtf8 } from '../core/bytes.ts'
import { fromBase64url } from '../core/base64.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const BECH32_GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** CRC-32 (ISO 3309) of the characters of `text`, all of them ASCII. */
export function crc32(text: string): number {
  let crc = -1
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

/** `n` in base 62, digits before capitals before small letters, at least 6 digits. */
export function base62(n: number): string {
  let digits = ''
  for (let rest = n; rest > 0; rest = Math.floor(rest / 62)) digits = BASE62[rest % 62]! + digits
  return digits.padStart(6, '0')
}

/** `prefix_` + random text + 6 digits of CRC-32 over the random text: GitHub's and npm's scheme. */
export function hasCrc(token: string): boolean {
  const random = token.slice(token.indexOf('_') + 1, -6)
  return token.endsWith(base62(crc32(random)))
}

/** Bech32 (BIP 173) with a checksum that fits, in either case. */
export function isBech32(text: string): boolean {
  const lower = text.toLowerCase()
  const split = lower.lastIndexOf('1')
  const values = Array.from(lower.slice(split + 1), character => BECH32.indexOf(character))
  if (split < 1 || values.includes(-1)) return false
  return polymod([...expandPrefix(lower.slice(0, split)), ...values]) === 1
}

/** Six Bech32 characters that make `prefix` + '1' + `data` valid. `data` holds Bech32 characters. */
export function bech32Checksum(prefix: string, data: string): string {
  const values = Array.from(data, character => BECH32.indexOf(character))
  const sum = polymod([...expandPrefix(prefix), ...values, 0, 0, 0, 0, 0, 0]) ^ 1
  return Array.from({ length: 6 }, (_, i) => BECH32[(sum >>> (5 * (5 - i))) & 31]).join('')
}

function expandPrefix(prefix: string): number[] {
  const codes = Array.from(prefix, character => character.charCodeAt(0))
  return [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31)]
}

function polymod(values: readonly number[]): number {
  let sum = 1
  for (const value of values) {
    const top = sum >>> 25
    sum = ((sum & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of BECH32_GENERATORS.entries()) if ((top >>> bit) & 1) sum ^= generator
  }
  return sum >>> 0
}

/** True if the part before the first dot is base64url of JSON with an `alg` (RFC 7515 §4.1.1). */
export function hasJwtHeader(token: string): boolean {
  const bytes = fromBase64url(token.slice(0, token.indexOf('.')))
  return bytes !== null && /^\{.*"alg"\s*:\s*"/s.test(decodeUtf8(bytes) ?? '')
}
