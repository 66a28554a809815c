import { appendFileSync, closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, type Bytes } from '../../../src/core/bytes.ts'
import { openChunks } from '../../../src/crypto/cobblestone.ts'
import { parseFileHeader } from '../../../src/envelope/file-header.ts'
import { cobblestoneOf, sealFile } from '../../../src/envelope/file.ts'
import { newKeyslotArea } from '../../../src/envelope/keyslots.ts'
import { BLOCK_BYTES, leavesFor, newBoard, runBlocks } from '../../../src/model/blocks.ts'
import { ByteSource } from '../../../src/model/byte-source.ts'
import type { Crew, Progress } from '../../../src/model/parallel.ts'
import {
  openChunksOf,
  portableSealing,
  repositorySealing,
  sealInto,
  type Sealing,
} from '../../../src/model/seal.ts'
import { openStream, sealStream } from '../../../src/model/stream.ts'
import { sample } from '../../tools/arbitraries.ts'
import { counting, KEY } from '../../tools/keys.ts'
import { workshop } from './support.ts'

const MIB = 2 ** 20
const SIZES = [0, 1, 16_383, 16_384, 16_385, MIB - 1, MIB, MIB + 1]
const LARGE = 33 * MIB + 5 // 34 blocks: enough for four threads
const { folder, worker } = workshop()
const crew = (jobs: number): Crew => ({ jobs, worker })
const portable = () => portableSealing(counting(9, 32), newKeyslotArea(counting(1, 200))!)

async function withFiles<T>(
  plaintext: Bytes,
  work: (input: number, output: number) => Promise<T>,
): Promise<T> {
  writeFileSync(path.join(folder, 'in'), plaintext)
  const input = openSync(path.join(folder, 'in'), 'r')
  const output = openSync(path.join(folder, 'out'), 'w+')
  try {
    return await work(input, output)
  } finally {
    closeSync(input)
    closeSync(output)
  }
}
const written = (): Bytes => readFileSync(path.join(folder, 'out'))

const sealed = (plaintext: Bytes, sealing: Sealing, jobs = 1) =>
  withFiles(plaintext, async (input, output) => {
    await sealInto({ input, length: plaintext.length, output }, sealing, crew(jobs))
    return written()
  })

const opened = (envelope: Bytes, { front, message }: Sealing, jobs = 1) =>
  withFiles(envelope, async (input, output) => {
    const { length } = parseFileHeader(envelope, envelope.length)
    await openChunksOf({ input, inputAt: front.length, length }, message, output, crew(jobs))
    return written()
  })

async function collected(pieces: AsyncIterable<Bytes>): Promise<Bytes> {
  const all: Bytes[] = []
  for await (const piece of pieces) all.push(piece)
  return concat(...all)
}

/** The same bytes in pieces of these lengths, again and again. */
async function* cut(bytes: Bytes, lengths: readonly number[]): AsyncGenerator<Bytes> {
  for (let at = 0, i = 0; at < bytes.length; at += lengths[i++ % lengths.length]!)
    yield bytes.subarray(at, at + lengths[i % lengths.length]!)
}

describe('sealing a file', () => {
  it.each(SIZES)('of %i bytes: one message that opens at once, by blocks, and as a stream', async length => {
    const sealing = portable()
    const envelope = await sealed(sample(length), sealing)
    const chunks = envelope.subarray(sealing.front.length)
    expect(sameBytes(openChunks(cobblestoneOf(sealing.message), chunks)!, sample(length))).toBe(true)
    expect(sameBytes(await opened(envelope, sealing), sample(length))).toBe(true)
    const source = new ByteSource(cut(chunks, [70_000]))
    expect(
      sameBytes(await collected(openStream(cobblestoneOf(sealing.message), source)), sample(length)),
    ).toBe(true)
  })

  it('any size, any number of threads, any pieces: the same bytes', { timeout: 240_000 }, async () => {
    const sizes = fc.oneof(fc.constantFrom(...SIZES, 16 * MIB, LARGE), fc.nat(3 * MIB))
    // no shorter: small numbers come often, and 33 MiB byte by byte takes long
    const pieces = fc.array(fc.integer({ min: 1000, max: 3 * MIB }), { minLength: 1, maxLength: 3 })
    const property = fc.asyncProperty(
      sizes,
      fc.integer({ min: 1, max: 4 }),
      pieces,
      async (length, jobs, lengths) => {
        const sealing = portable()
        const envelope = await sealed(sample(length), sealing, jobs)
        const source = new ByteSource(cut(sample(length), lengths))
        const streamed = await collected(sealStream(cobblestoneOf(sealing.message), source))
        return (
          sameBytes(envelope.subarray(sealing.front.length), streamed) &&
          sameBytes(await opened(envelope, sealing, jobs), sample(length))
        )
      },
    )
    await fc.assert(property, { numRuns: 25 })
  })

  it('a byte at a time: the same stream', async () => {
    const { message } = portable()
    const streamed = (lengths: number[]) =>
      collected(sealStream(cobblestoneOf(message), new ByteSource(cut(sample(MIB + 1), lengths))))
    expect(sameBytes(await streamed([1]), await streamed([MIB]))).toBe(true)
  })

  it.each([...SIZES.slice(1), LARGE])(
    'of %i bytes for a repository gives what sealFile gives, for 1 to 4 threads',
    async length => {
      const whole = sealFile(KEY, sample(length))
      for (const jobs of [1, 2, 3, 4]) {
        const envelope = await withFiles(sample(length), async (input, output) => {
          const sealing = await repositorySealing({ input, length }, KEY, crew(jobs))
          await sealInto({ input, length, output }, sealing, crew(jobs))
          return written()
        })
        expect([jobs, sameBytes(envelope, whole)]).toEqual([jobs, true])
      }
    },
  )

  it('tells how far it is, up to the end', async () => {
    const told: Progress[] = []
    await withFiles(sample(LARGE), (input, output) =>
      sealInto({ input, length: LARGE, output }, portable(), {
        ...crew(2),
        onProgress: step => told.push(step),
      }),
    )
    expect(told.at(-1)).toEqual({ work: 'seal', done: LARGE, total: LARGE })
  })
})

describe('a file that changes while it is sealed', () => {
  const changing = (length: number, change: (file: string) => void, jobs: number) =>
    withFiles(sample(length), async (input, output) => {
      const sealing = await repositorySealing({ input, length }, KEY, crew(jobs))
      change(path.join(folder, 'in'))
      await sealInto({ input, length, output }, sealing, crew(jobs))
    })

  it.each([1, 3])(
    'is refused, and no changed block is sealed under the salt of the first (%i threads)',
    async jobs => {
      for (const at of [0, MIB, LARGE - 1]) {
        const refused = changing(
          LARGE,
          file => writeFileSync(file, sample(LARGE).fill(0xee, at, at + 1)),
          jobs,
        )
        await expect(refused).rejects.toMatchObject({
          code: 'IO',
          message: 'it was changed while it was being read',
        })
        const out = written()
        const block = Math.floor(at / BLOCK_BYTES)
        const sealedBlock = out.subarray(76 + block * 64 * 16_400, 76 + (block + 1) * 64 * 16_400)
        expect(sealedBlock.every(byte => byte === 0)).toBe(true)
      }
    },
  )

  it('is refused if it shrinks', async () => {
    const refused = changing(2 * MIB, file => truncateSync(file, MIB + 1), 1)
    await expect(refused).rejects.toMatchObject({ code: 'IO' })
  })

  it('gets no tail that came later', async () => {
    await changing(2 * MIB, file => appendFileSync(file, 'more'), 1)
    expect(written()).toHaveLength(sealFile(KEY, sample(2 * MIB)).length)
  })
})

describe('opening a damaged file', () => {
  const length = 20 * MIB
  const chunkAt = (sealing: Sealing, chunk: number) => sealing.front.length + chunk * 16_400

  it.each([1, 4])('names the first damaged chunk it met (%i threads)', async jobs => {
    const sealing = portable()
    const envelope = Uint8Array.from(await sealed(sample(length), sealing))
    envelope[chunkAt(sealing, 777) + 5]! ^= 1
    await expect(opened(envelope, sealing, jobs)).rejects.toMatchObject({
      code: 'TAMPERED',
      message: 'the file envelope was changed: chunk 777 does not authenticate',
    })
  })

  it('writes no block with a damaged chunk', async () => {
    const sealing = portable()
    const envelope = Uint8Array.from(await sealed(sample(2 * MIB), sealing))
    envelope[chunkAt(sealing, 63)]! ^= 1
    await expect(opened(envelope, sealing)).rejects.toMatchObject({ code: 'TAMPERED' })
    expect(written()).toHaveLength(0)
  })

  it('a stream stops before a damaged chunk, and at a missing end', async () => {
    const sealing = portable()
    const chunks = (await sealed(sample(3 * MIB), sealing)).subarray(sealing.front.length)
    const streamed = (bytes: Bytes) =>
      collected(openStream(cobblestoneOf(sealing.message), new ByteSource(cut(bytes, [MIB]))))
    for (const end of [chunks.length - 16, chunks.length - 17, 64 * 16_400, 16_400, 16_399, 1, 0])
      await expect(streamed(chunks.subarray(0, end))).rejects.toMatchObject({ code: 'TAMPERED' })
    expect(await streamed(chunks)).toHaveLength(3 * MIB)
  })
})

it('hashes leaves in any order and number of threads', async () => {
  const leaves = leavesFor(2 * MIB + 1)
  await withFiles(sample(2 * MIB + 1), async input => {
    const steps = runBlocks({ work: 'hash', input, inputAt: 0, length: 2 * MIB + 1, leaves }, newBoard())
    while (!steps.next().done);
  })
  expect(new Uint8Array(leaves)).toHaveLength(96)
})
