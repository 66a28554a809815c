import type { Bytes } from '../core/bytes.ts'

export const PAD_BLOCK_BYTES = 32
const MARK = 0x80

/** ISO/IEC 7816-4: one 80 byte, then zeros, to a multiple of 32 bytes (1 to 32 bytes are added). */
export function pad(bytes: Bytes): Bytes {
  const padded = new Uint8Array((Math.floor(bytes.length / PAD_BLOCK_BYTES) + 1) * PAD_BLOCK_BYTES)
  padded.set(bytes)
  padded[bytes.length] = MARK
  return padded
}

/** What `pad` was given; null if `padded` is not its output. Call it on authenticated bytes only. */
export function unpad(padded: Bytes): Bytes | null {
  if (padded.length === 0 || padded.length % PAD_BLOCK_BYTES !== 0) return null
  let end = padded.length - 1
  while (end > 0 && padded[end] === 0) end--
  if (padded[end] !== MARK || padded.length - end > PAD_BLOCK_BYTES) return null
  return padded.subarray(0, end)
}
