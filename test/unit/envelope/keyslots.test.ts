import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, u64be, type Bytes } from '../../../src/core/bytes.ts'
import { currentSlot, newKeyslotArea, parseKeyslots, slotWrites } from '../../../src/envelope/keyslots.ts'
import { bytes, sample } from '../../tools/arbitraries.ts'

const SLOT = 8192
const ageOf = (area: Bytes) => currentSlot(parseKeyslots(area))?.age ?? null
const generationOf = (area: Bytes) => currentSlot(parseKeyslots(area))?.generation
const newArea = (age: Bytes) => newKeyslotArea(age)!

/** SPEC "Portable files", written a second time. */
function slotOf(generation: bigint, age: Bytes, slotBytes = SLOT): Bytes {
  const front = concat(u64be(generation), u64be(age.length).subarray(4), age)
  const body = concat(front, new Uint8Array(slotBytes - 32 - front.length))
  return concat(body, createHash('sha256').update(body).digest())
}
const areaOf = (a: Bytes, b: Bytes) => concat(u64be(a.length).subarray(4), a, b)

/** The area as a crash leaves it: `writes` whole, and of the next one only the first `bytesOfNext`. */
function cutShort(area: Bytes, age: Bytes, writes: number, bytesOfNext: number): Bytes {
  const torn = Uint8Array.from(area)
  for (const [i, { at, bytes: slot }] of slotWrites(parseKeyslots(area), age)!.entries())
    torn.set(i < writes ? slot : i === writes ? slot.subarray(0, bytesOfNext) : [], at)
  return torn
}

const rewrapped = (area: Bytes, age: Bytes) => cutShort(area, age, 2, 0)

describe('keyslots', () => {
  it('a new area is two equal slots of generation 1, with room to grow', () => {
    const age = sample(300)
    expect(sameBytes(newArea(age), areaOf(slotOf(1n, age), slotOf(1n, age)))).toBe(true)
  })

  it.each([0, 1, 4052, 4053, 2 ** 20 - 44])('hold an age file of %i bytes', length => {
    expect(sameBytes(ageOf(newArea(sample(length)))!, sample(length))).toBe(true)
  })

  it('hold no more than a slot of 1 MiB', () => {
    expect(newKeyslotArea(sample(2 ** 20 - 43))).toBeNull()
    expect(slotWrites(parseKeyslots(newArea(sample(10))), sample(SLOT - 43))).toBeNull()
    expect(slotWrites(parseKeyslots(newArea(sample(10))), sample(SLOT - 44))).not.toBeNull()
  })

  it('of two valid slots the higher generation counts, of equals the first', () => {
    const [x, y] = [sample(10), sample(20)]
    expect(ageOf(areaOf(slotOf(3n, x), slotOf(2n, y)))).toHaveLength(10)
    expect(ageOf(areaOf(slotOf(2n, x), slotOf(3n, y)))).toHaveLength(20)
    expect(ageOf(areaOf(slotOf(3n, x), slotOf(3n, y)))).toHaveLength(10)
    expect(ageOf(areaOf(slotOf(2n ** 63n, x), slotOf(2n ** 63n + 1n, y)))).toHaveLength(20)
  })

  it('a slot with one changed byte does not count', () => {
    const age = sample(40)
    const slot = slotOf(7n, age)
    for (let at = 0; at < SLOT; at++) {
      const changed = Uint8Array.from(slot)
      changed[at]! ^= 1
      expect(ageOf(areaOf(changed, changed))).toBeNull()
      expect(generationOf(areaOf(changed, slotOf(2n, age)))).toBe(2n)
    }
  })

  it('a slot whose hash is right and whose form is not does not count', () => {
    const hashed = (body: Bytes) => concat(body, createHash('sha256').update(body).digest())
    const body = slotOf(7n, sample(40)).subarray(0, SLOT - 32)
    const junk = Uint8Array.from(body).fill(1, SLOT - 33)
    const tooLong = concat(body.subarray(0, 8), u64be(SLOT - 43).subarray(4), body.subarray(12))
    for (const bad of [junk, tooLong]) expect(ageOf(areaOf(hashed(bad), hashed(bad)))).toBeNull()
    expect(ageOf(areaOf(hashed(body), hashed(body)))).toHaveLength(40)
  })

  it('a rewrap raises the generation of both slots', () => {
    let area = newArea(sample(10))
    for (const generation of [2n, 3n, 4n]) {
      area = rewrapped(area, sample(Number(generation)))
      expect(
        sameBytes(
          area,
          areaOf(...(Array(2).fill(slotOf(generation, sample(Number(generation)))) as [Bytes, Bytes])),
        ),
      ).toBe(true)
    }
  })

  it('no generation is left after the last', () => {
    const last = slotOf(2n ** 64n - 1n, sample(10))
    expect(slotWrites(parseKeyslots(areaOf(last, last)), sample(10))).toBeNull()
  })

  it('cut at any byte of any write, the old or the new recipients stand, and a rewrap mends the area', () => {
    const cuts = fc.record({ writes: fc.constantFrom(0, 1), at: fc.nat(SLOT) })
    fc.assert(
      fc.property(
        bytes(200),
        fc.array(fc.tuple(bytes(200), cuts), { minLength: 1, maxLength: 4 }),
        (first, steps) => {
          let area = newArea(first)
          let standing = first
          for (const [age, { writes, at }] of steps) {
            area = cutShort(area, age, writes, at)
            const found = ageOf(area)!
            if (!sameBytes(found, standing) && !sameBytes(found, age)) return false
            standing = found
          }
          return sameBytes(ageOf(rewrapped(area, sample(5)))!, sample(5))
        },
      ),
    )
  })
})
