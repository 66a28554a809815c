export type Bytes = Uint8Array

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 bytes of `text`. Lone surrogates become U+FFFD, as everywhere in the platform. */
export const utf8 = (text: string): Bytes => encoder.encode(text)

/** Text of UTF-8 `bytes`, byte order mark kept; null if they are not valid UTF-8. */
export function decodeUtf8(bytes: Bytes): string | null {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return null
  }
}

/** Joins byte strings into one new array. */
export function concat(...parts: readonly Bytes[]): Bytes {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** `n` as 8 big-endian bytes. */
export function u64be(n: number | bigint): Bytes {
  const bytes = new Uint8Array(8)
  if (typeof n === 'bigint' || !Number.isSafeInteger(n) || n < 0)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(n))
  else for (let i = 7, rest = n; rest > 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  return bytes
}

/** LP(x) = u64be(length of x) || x (SPEC "Notation"). Makes any concatenation of fields unambiguous. */
export const lengthPrefixed = (bytes: Bytes): Bytes => concat(u64be(bytes.length), bytes)

/** Byte equality in variable time: for public data only. Secrets go through crypto's `equal`. */
export function sameBytes(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function startsWith(bytes: Bytes, prefix: Bytes): boolean {
  return bytes.length >= prefix.length && sameBytes(bytes.subarray(0, prefix.length), prefix)
}

/** Lowercase hex. */
export function toHex(bytes: Bytes): string {
  let hex = ''
  for (const byte of bytes) hex += (byte < 16 ? '0' : '') + byte.toString(16)
  return hex
}

/** Bytes of lowercase hex; null if `text` is anything else. */
export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  )
}
