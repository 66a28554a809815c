/** Which bytes belong: `table[byte]` is 1 or 0. For loops that ask about every byte. */
export type ByteClass = Uint8Array

/** The class of the bytes that `pattern` matches as single characters. */
export const byteClass = (pattern: RegExp): ByteClass =>
  Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0))

/** Offset behind the bytes of `members` from `at`, at most `limit` of them. */
export function skip(bytes: Uint8Array, at: number, members: ByteClass, limit: number): number {
  const end = Math.min(bytes.length, at + limit)
  while (at < end && members[bytes[at]!] === 1) at++
  return at
}
