import { constants } from 'node:buffer'
import { truncateSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, u64be, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { sealChunks } from '../../../src/crypto/cobblestone.ts'
import { parseFileHeader } from '../../../src/envelope/file-header.ts'
import { cobblestoneOf } from '../../../src/envelope/file.ts'
import { newKeyslotArea } from '../../../src/envelope/keyslots.ts'
import { chunkSource } from '../../../src/model/chunk-source.ts'
import { memorySource, modelOf, type Model } from '../../../src/model/reader.ts'
import { safetensorsOf } from '../../../src/model/safetensors.ts'
import { portableSealing } from '../../../src/model/seal.ts'
import { sample } from '../../tools/arbitraries.ts'
import { counting } from '../../tools/keys.ts'
import { workshop } from './support.ts'

const MIB = 2 ** 20
const { folder } = workshop()
const file = path.join(folder, 'model')
const sealing = portableSealing(counting(3, 32), newKeyslotArea(counting(1, 200))!)
const message = cobblestoneOf(sealing.message)
const envelopeOf = (plaintext: Bytes) => concat(sealing.front, sealChunks(message, plaintext))

async function modelIn(envelope: Bytes): Promise<Model> {
  writeFileSync(file, envelope)
  const handle = await open(file)
  try {
    return modelOf(await chunkSource(handle, parseFileHeader(envelope, envelope.length), message))
  } catch (error) {
    await handle.close()
    throw error
  }
}

describe('a model', () => {
  const length = 3 * MIB + 12_345
  const plaintext = sample(length)

  it('reads any range, in any order, also many at once', async () => {
    await using model = await modelIn(envelopeOf(plaintext))
    expect(model.size).toBe(length)
    const ranges = fc.tuple(fc.nat(length), fc.oneof(fc.nat(40_000), fc.nat(length)))
    const reads = fc.array(ranges, { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(reads, async list => {
        const right = list.map(async ([offset, wanted]) => {
          const end = Math.min(offset + wanted, length)
          return sameBytes(await model.read(offset, end - offset), plaintext.subarray(offset, end))
        })
        return (await Promise.all(right)).every(Boolean)
      }),
    )
  })

  it.each([0, 1, 16_383, 16_384, 16_385, MIB - 1, MIB, MIB + 1])(
    'of %i bytes is read as a whole, as a stream and into memory of the caller',
    async size => {
      await using model = await modelIn(envelopeOf(sample(size)))
      expect(sameBytes(await model.bytes(), sample(size))).toBe(true)
      const pieces: Bytes[] = []
      for await (const piece of model.stream()) pieces.push(piece)
      expect(sameBytes(concat(...pieces), sample(size))).toBe(true)
      const own = new Uint8Array(size + 8)
      await model.readInto(0, own.subarray(4, 4 + size))
      expect(sameBytes(own, concat(new Uint8Array(4), sample(size), new Uint8Array(4)))).toBe(true)
    },
  )

  it.each([
    [-1, 1],
    [0, length + 1],
    [length + 1, 0],
    [0.5, 1],
    [0, -1],
    [Number.NaN, 1],
  ])('has no bytes at %d, %d', async (offset, wanted) => {
    await using model = await modelIn(envelopeOf(plaintext))
    await expect(model.read(offset, wanted)).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('gives out nothing after close', async () => {
    const model = await modelIn(envelopeOf(plaintext))
    await model.read(0, 10)
    await model.close()
    await expect(model.read(0, 10)).rejects.toMatchObject({ code: 'USAGE', message: 'the model is closed' })
  })

  it('names the limit of one array', async () => {
    const size = Math.min(constants.MAX_LENGTH + 1, Number.MAX_SAFE_INTEGER) // more than any machine has
    const source = { ...memorySource(new Uint8Array(0)), size }
    await expect(modelOf(source).bytes()).rejects.toMatchObject({
      code: 'USAGE',
      message: `${size} bytes do not fit into one array of this Node, which holds ${constants.MAX_LENGTH} at most`,
      hint: 'use read(offset, length) or stream()',
    })
  })

  it('with a damaged chunk gives all but that', async () => {
    const envelope = envelopeOf(plaintext)
    envelope[sealing.front.length + 70 * 16_400 + 3]! ^= 1
    await using model = await modelIn(envelope)
    await expect(model.read(70 * 16_384 + 16_383, 1)).rejects.toMatchObject({ code: 'TAMPERED' })
    await expect(model.bytes()).rejects.toMatchObject({ code: 'TAMPERED' })
    expect(
      sameBytes(await model.read(71 * 16_384, 100), plaintext.subarray(71 * 16_384, 71 * 16_384 + 100)),
    ).toBe(true)
  })

  it('that was cut at a chunk, or whose chunks were swapped, does not open or read', async () => {
    const envelope = envelopeOf(plaintext)
    for (const end of [sealing.front.length + 10 * 16_400 + 16, envelope.length - 1])
      await expect(modelIn(envelope.subarray(0, end))).rejects.toMatchObject({ code: 'TAMPERED' })
    const at = (chunk: number) => sealing.front.length + chunk * 16_400
    const swapped = concat(
      envelope.subarray(0, at(1)),
      envelope.subarray(at(2), at(3)),
      envelope.subarray(at(1), at(2)),
      envelope.subarray(at(3)),
    )
    await using model = await modelIn(swapped)
    await expect(model.read(16_384, 1)).rejects.toMatchObject({ code: 'TAMPERED' })
  })

  it('that shrinks while it is open says so', async () => {
    await using model = await modelIn(envelopeOf(plaintext))
    truncateSync(file, MIB)
    await expect(model.bytes()).rejects.toMatchObject({
      code: 'IO',
      message: 'it was changed while it was being read',
    })
  })
})

describe('a safetensors file', () => {
  const fileOf = (header: unknown, data: Bytes = new Uint8Array(0)) => {
    const text = typeof header === 'string' ? utf8(header) : utf8(JSON.stringify(header))
    return concat(u64be(text.length).reverse(), text, data)
  }
  const openedOf = async (bytes: Bytes) => {
    const model = await modelIn(envelopeOf(bytes))
    try {
      return await safetensorsOf(model)
    } catch (error) {
      await model.close()
      throw error
    }
  }
  const floats = new Float32Array([1.5, -2, 3e8, 0, 5, 6])
  const data = concat(
    new Uint8Array(floats.buffer),
    Uint8Array.of(1, 0, 255),
    new Uint8Array(BigInt64Array.of(-7n).buffer),
  )
  const good = {
    __metadata__: { format: 'pt' },
    'layer.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    mask: { dtype: 'BOOL', shape: [3], data_offsets: [24, 27] },
    step: { dtype: 'I64', shape: [], data_offsets: [27, 35] },
    nothing: { dtype: 'F16', shape: [0, 4], data_offsets: [35, 35] },
  }

  it('gives metadata, names and single tensors with their types', async () => {
    await using weights = await openedOf(fileOf(good, data))
    expect(weights.metadata).toEqual({ format: 'pt' })
    expect(weights.names).toEqual(['layer.weight', 'mask', 'step', 'nothing'])
    expect((await weights.tensor('layer.weight')).data).toEqual(floats)
    expect((await weights.tensor('mask')).data).toEqual(Uint8Array.of(1, 0, 255))
    expect((await weights.tensor('step')).data).toEqual(BigInt64Array.of(-7n))
    expect((await weights.tensor('nothing')).data).toEqual(new Uint16Array(0))
    expect(weights.info('mask')).toMatchObject({ dtype: 'BOOL', shape: [3], byteLength: 3 })
    await expect(weights.tensor('layer')).rejects.toMatchObject({
      code: 'USAGE',
      message: 'there is no tensor layer',
    })
  })

  it.each<[string, Bytes]>([
    ['nothing', new Uint8Array(0)],
    ['too little', new Uint8Array(7)],
    ['a header beyond the end', concat(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0), utf8('{}'))],
    ['a header of 2^63 bytes', concat(new Uint8Array(7), Uint8Array.of(0x80), utf8('{}'))],
    ['a header that is no JSON', fileOf('{"a":')],
    ['a header that is no object', fileOf('[]')],
    ['a header that is no text', fileOf('{"a": 1}').map((byte, i) => (i === 10 ? 0xff : byte))],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } })],
    ['a tensor without a shape', fileOf({ a: { dtype: 'U8', data_offsets: [0, 0] } })],
    ['a tensor that is null', fileOf({ a: null })],
    ['an unknown type', fileOf({ a: { dtype: 'constructor', shape: [0], data_offsets: [0, 0] } })],
    [
      'a tensor beyond the end',
      fileOf({ a: { dtype: 'U8', shape: [2], data_offsets: [0, 2] } }, new Uint8Array(1)),
    ],
    [
      'offsets that run back',
      fileOf({ a: { dtype: 'U8', shape: [1], data_offsets: [1, 0] } }, new Uint8Array(2)),
    ],
    [
      'offsets below zero',
      fileOf({ a: { dtype: 'U8', shape: [1], data_offsets: [-1, 0] } }, new Uint8Array(2)),
    ],
    [
      'another size than its shape',
      fileOf({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 3] } }, new Uint8Array(3)),
    ],
  ])('with %s is malformed', async (_, bytes) => {
    await expect(openedOf(bytes)).rejects.toMatchObject({ code: 'MALFORMED' })
  })
})
