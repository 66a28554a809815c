import { FILE_MAGIC } from './world.ts'

/** The same bytes but for one bit. */
export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at < 0 ? copy.length + at : at]! ^= 1
  return copy
}

const HEADER_BYTES = 20
const SLOT_BYTES = 4096

/** What `encrypt -r` will write, by its form. */
export const portableEnvelope = Buffer.concat([
  FILE_MAGIC,
  Buffer.from('01010001', 'hex'),
  Buffer.alloc(8),
  Buffer.from([0, 0, SLOT_BYTES >> 8, SLOT_BYTES & 0xff]),
  Buffer.alloc(2 * SLOT_BYTES + 24 + 32 + 17, 7),
])

/** A canonical envelope whose kid no repository has. */
export const foreignEnvelope = (own: Buffer): Buffer =>
  Buffer.concat([own.subarray(0, HEADER_BYTES - 8), Buffer.alloc(8, 0xab), own.subarray(HEADER_BYTES)])

/** A version byte of the future. */
export function ofVersion(own: Buffer, version: number): Buffer {
  const copy = Buffer.from(own)
  copy[FILE_MAGIC.length] = version
  return copy
}
