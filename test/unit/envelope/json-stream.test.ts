import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { openJsonUnverified, sealJsonStream } from '../../../src/envelope/json-stream.ts'
import {
  JSON_BACK_BYTES,
  JSON_FRONT_BYTES,
  openJson,
  parseJsonEnvelope,
  parseJsonFrame,
  sealJson,
} from '../../../src/envelope/json.ts'
import { bytes, mutated } from '../../tools/arbitraries.ts'
import { KEY } from '../../tools/keys.ts'

async function* cut(source: Bytes, length: number): AsyncGenerator<Bytes> {
  for (let at = 0; at < source.length; at += length) yield source.subarray(at, at + length)
}

async function collected(pieces: AsyncIterable<Bytes>): Promise<Bytes> {
  const all: Bytes[] = []
  for await (const piece of pieces) all.push(piece)
  return concat(...all)
}

const sealed = (source: Bytes, piece: number) =>
  collected(
    sealJsonStream(
      KEY,
      () => cut(source, piece),
      () => new Error('changed'),
    ),
  )

async function opened(envelope: Bytes, piece: number): Promise<Bytes> {
  const front = envelope.subarray(0, JSON_FRONT_BYTES)
  const back = envelope.subarray(Math.max(envelope.length - JSON_BACK_BYTES, 0))
  const frame = parseJsonFrame(front, back, envelope.length)
  const digits = envelope.subarray(JSON_FRONT_BYTES, envelope.length - JSON_BACK_BYTES)
  return collected(openJsonUnverified(KEY, frame, cut(digits, piece)))
}

const some = bytes().filter(source => source.length > 0)
const pieces = fc.integer({ min: 1, max: 40 })

describe('a JSON envelope in pieces', () => {
  it('is what it is at once, and opens', async () => {
    await fc.assert(
      fc.asyncProperty(some, pieces, async (source, piece) => {
        const envelope = await sealed(source, piece)
        return sameBytes(envelope, sealJson(KEY, source)) && sameBytes(await opened(envelope, piece), source)
      }),
    )
  })

  it('with any byte replaced, inserted or removed opens nowhere', async () => {
    const envelope = sealJson(KEY, utf8('{"password":"hunter2"}\n'))
    await fc.assert(
      fc.asyncProperty(mutated(envelope), pieces, async (changed, piece) => {
        if (sameBytes(changed, envelope)) return true
        const atOnce = () => openJson(KEY, parseJsonEnvelope(changed))
        expect(atOnce).toThrow(GitwardError)
        await expect(opened(changed, piece)).rejects.toMatchObject({ name: 'GitwardError' })
        return true
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['another byte', utf8('a file of texT')],
    ['an end that is missing', utf8('a file of t')],
    ['an end that came later', utf8('a file of text and more')],
  ])('is not sealed if the file has %s the second time', async (_, second) => {
    let reads = 0
    const source = () => cut(reads++ === 0 ? utf8('a file of text') : second, 4)
    await expect(collected(sealJsonStream(KEY, source, () => new Error('changed')))).rejects.toThrow(
      'changed',
    )
  })
})
