import { concat, sameBytes, u64be, type Bytes } from '../core/bytes.ts'
import { primitives } from '../crypto/node.ts'

/** SPEC "Portable files": a slot is u64be generation || u32be n || age file || zeros || SHA-256. */
const UNIT_BYTES = 4096
const MAX_SLOT_BYTES = 1 << 20
const FRONT_BYTES = 8 + 4
const HASH_BYTES = 32
const MAX_GENERATION = 2n ** 64n - 1n
/** Where the first slot begins: behind u32be S. */
const SLOTS_AT = 4

/** One valid slot: who may open the file, as of one generation. */
export interface Keyslot {
  readonly generation: bigint
  /** A binary age file of the data key. */
  readonly age: Bytes
}

/** Both slots as they stand; null for one that is torn or damaged. */
export interface Keyslots {
  readonly slotBytes: number
  readonly slots: readonly [Keyslot | null, Keyslot | null]
}

/** A slot to be written, and where: offsets count from the start of the keyslot area. */
export interface SlotWrite {
  readonly at: number
  readonly bytes: Bytes
}

export const isSlotSize = (bytes: number): boolean =>
  bytes > 0 && bytes % UNIT_BYTES === 0 && bytes <= MAX_SLOT_BYTES

/** The keyslot area of a new file, with room for a few more recipients; null if no slot could hold the age file. */
export function newKeyslotArea(age: Bytes): Bytes | null {
  const needed = FRONT_BYTES + age.length + HASH_BYTES
  const slotBytes = Math.min((Math.ceil(needed / UNIT_BYTES) + 1) * UNIT_BYTES, MAX_SLOT_BYTES)
  if (needed > slotBytes) return null
  const size = new Uint8Array(SLOTS_AT)
  new DataView(size.buffer).setUint32(0, slotBytes)
  const slot = formatSlot(slotBytes, { generation: 1n, age })
  return concat(size, slot, slot)
}

/** Reads an area whose size the file header vouches for. */
export function parseKeyslots(area: Bytes): Keyslots {
  const slotBytes = (area.length - SLOTS_AT) / 2
  const slotAt = (start: number) => parseSlot(area.subarray(start, start + slotBytes))
  return { slotBytes, slots: [slotAt(SLOTS_AT), slotAt(SLOTS_AT + slotBytes)] }
}

/** The slot that counts: the valid one of the highest generation, of two equals the first. Null if none is valid. */
export function currentSlot({ slots: [a, b] }: Keyslots): Keyslot | null {
  if (!a || !b) return a ?? b
  return b.generation > a.generation ? b : a
}

/**
 * What to write, in this order, so that at every instant one whole slot stands: first over the slot that does not
 * count. Null if the age file does not fit, or no generation is left: then the file needs a new area.
 */
export function slotWrites(keyslots: Keyslots, age: Bytes): readonly [SlotWrite, SlotWrite] | null {
  const { slotBytes, slots } = keyslots
  const current = currentSlot(keyslots)
  const generation = (current?.generation ?? 0n) + 1n
  if (FRONT_BYTES + age.length + HASH_BYTES > slotBytes || generation > MAX_GENERATION) return null
  const bytes = formatSlot(slotBytes, { generation, age })
  const a = { at: SLOTS_AT, bytes }
  const b = { at: SLOTS_AT + slotBytes, bytes }
  return slots[0] === current ? [b, a] : [a, b]
}

function formatSlot(slotBytes: number, { generation, age }: Keyslot): Bytes {
  const slot = new Uint8Array(slotBytes)
  slot.set(u64be(generation))
  new DataView(slot.buffer).setUint32(8, age.length)
  slot.set(age, FRONT_BYTES)
  const hashAt = slotBytes - HASH_BYTES
  slot.set(primitives.sha256().update(slot.subarray(0, hashAt)).digest(), hashAt)
  return slot
}

function parseSlot(slot: Bytes): Keyslot | null {
  const hashAt = slot.length - HASH_BYTES
  const view = new DataView(slot.buffer, slot.byteOffset, slot.length)
  const ageLength = view.getUint32(8)
  if (FRONT_BYTES + ageLength > hashAt) return null
  if (slot.subarray(FRONT_BYTES + ageLength, hashAt).some(byte => byte !== 0)) return null
  if (!sameBytes(primitives.sha256().update(slot.subarray(0, hashAt)).digest(), slot.subarray(hashAt)))
    return null
  return { generation: view.getBigUint64(0), age: slot.subarray(FRONT_BYTES, FRONT_BYTES + ageLength) }
}
