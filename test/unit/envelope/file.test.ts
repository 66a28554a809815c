import { createHash, createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, lengthPrefixed, sameBytes, toHex, u64be, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { cobblestone, sealChunks, SEALED_CHUNK_BYTES } from '../../../src/crypto/cobblestone.ts'
import { FILE_MAGIC, HEADER_BYTES } from '../../../src/envelope/file-header.ts'
import { openFile, parseFileEnvelope, sealFile } from '../../../src/envelope/file.ts'
import { bytes, sample } from '../../tools/arbitraries.ts'
import { counting, KEY, OTHER_KEY } from '../../tools/keys.ts'

const MIB = 2 ** 20
const CHUNKS_AT = HEADER_BYTES + 24 + 32
const BOUNDARY_SIZES = [1, 16_383, 16_384, 16_385, MIB - 1, MIB, MIB + 1]
const open = (envelope: Bytes) => openFile(KEY, parseFileEnvelope(envelope))
const failing = (code: string, message?: string) =>
  expect.objectContaining(message === undefined ? { code } : { code, message })

describe('repository file envelope', () => {
  it('open inverts seal, for any bytes', () => {
    fc.assert(
      fc.property(bytes(), source => source.length === 0 || sameBytes(open(sealFile(KEY, source)), source)),
    )
  })

  it.each(BOUNDARY_SIZES)('open inverts seal for %i bytes', length => {
    expect(sameBytes(open(sealFile(KEY, sample(length))), sample(length))).toBe(true)
  })

  it.each(BOUNDARY_SIZES)('%i bytes take 76 bytes of header and 16 for each chunk', length => {
    const chunks = Math.floor(length / 16_384) + 1
    expect(sealFile(KEY, sample(length))).toHaveLength(CHUNKS_AT + length + 16 * chunks)
  })

  it('an empty file stays empty', () => {
    expect(sealFile(KEY, new Uint8Array(0))).toHaveLength(0)
  })

  it('the same key and bytes give the same envelope, others another salt', () => {
    fc.assert(
      fc.property(bytes(), source =>
        sameBytes(sealFile(KEY, source), sealFile(KEY, Uint8Array.from(source))),
      ),
    )
    const sealed = [sealFile(KEY, utf8('x')), sealFile(KEY, utf8('y')), sealFile(OTHER_KEY, utf8('x'))]
    expect(new Set(sealed.map(each => toHex(parseFileEnvelope(each).salt))).size).toBe(3)
  })

  it.each(BOUNDARY_SIZES)('the salt of %i bytes is the MAC of context, length and leaf hashes', length => {
    const envelope = parseFileEnvelope(sealFile(KEY, sample(length)))
    const context = concat(utf8('gitward/v1/file\0'), FILE_MAGIC, Uint8Array.of(1, 1, 0, 0), KEY.kid)
    const leaves: Bytes[] = []
    for (let at = 0; at < length; at += MIB)
      leaves.push(
        createHash('sha256')
          .update(sample(length).subarray(at, at + MIB))
          .digest(),
      )
    const mac = createHmac('sha256', KEY.subkey('file/salt'))
      .update(concat(lengthPrefixed(context), u64be(length), ...leaves))
      .digest('hex')
    expect(toHex(envelope.salt)).toBe(mac.slice(0, 48))
  })

  it('a change in any leaf changes the salt', () => {
    const changed = [0, MIB - 1, MIB, 2 * MIB].map(at => sample(2 * MIB + 1).fill(0xee, at, at + 1))
    const salts = [sample(2 * MIB + 1), ...changed].map(each => toHex(sealFile(KEY, each).subarray(20, 44)))
    expect(new Set(salts).size).toBe(5)
  })

  it('opens under no other key', () => {
    const envelope = parseFileEnvelope(sealFile(KEY, utf8('x')))
    expect(() => openFile(OTHER_KEY, envelope)).toThrow(
      failing('WRONG_KEY', `the ciphertext names key ${toHex(KEY.kid)}, not ${toHex(OTHER_KEY.kid)}`),
    )
    const header = concat(envelope.header.subarray(0, 12), OTHER_KEY.kid)
    expect(() => openFile(OTHER_KEY, { ...envelope, header, kid: OTHER_KEY.kid })).toThrow(
      failing('TAMPERED', 'the file envelope was changed: its commitment does not verify'),
    )
  })
})

describe('whole chunks', () => {
  const S = SEALED_CHUNK_BYTES
  const length = 2 * 16_384 + 100
  const one = sealFile(KEY, sample(length))
  const two = sealFile(KEY, sample(length).reverse())
  const header = one.subarray(0, CHUNKS_AT)
  const chunk = (envelope: Bytes, index: number) =>
    envelope.subarray(CHUNKS_AT + index * S, CHUNKS_AT + (index + 1) * S)

  it('in their order they open', () => {
    expect(sameBytes(open(concat(header, chunk(one, 0), chunk(one, 1), chunk(one, 2))), sample(length))).toBe(
      true,
    )
  })

  it.each([
    ['swapped', [chunk(one, 1), chunk(one, 0), chunk(one, 2)]],
    ['one twice in place of the next', [chunk(one, 0), chunk(one, 0), chunk(one, 2)]],
    ['one twice and all the others', [chunk(one, 0), chunk(one, 0), chunk(one, 1), chunk(one, 2)]],
    ['one from another file of the key, first', [chunk(two, 0), chunk(one, 1), chunk(one, 2)]],
    ['one from another file of the key, last', [chunk(one, 0), chunk(one, 1), chunk(two, 2)]],
    ['all from another file of the key', [chunk(two, 0), chunk(two, 1), chunk(two, 2)]],
    ['the first missing', [chunk(one, 1), chunk(one, 2)]],
    ['one in the middle missing', [chunk(one, 0), chunk(one, 2)]],
    ['the last first', [chunk(one, 2)]],
  ])('%s: a chunk does not authenticate', (_what, chunks) => {
    expect(() => open(concat(header, ...chunks))).toThrow(
      failing('TAMPERED', 'the file envelope was changed: a chunk does not authenticate'),
    )
  })

  it.each([
    ['the last missing', [chunk(one, 0), chunk(one, 1)]],
    ['all but the first missing', [chunk(one, 0)]],
    [
      'fifteen bytes after the last whole chunk',
      [chunk(one, 0), chunk(one, 1), chunk(one, 2).subarray(0, 15)],
    ],
  ])('%s: the length alone gives it away', (_what, chunks) => {
    expect(() => open(concat(header, ...chunks))).toThrow(
      failing('MALFORMED', 'not a whole file envelope: it is cut short'),
    )
  })

  it('a whole chunk after the last: a chunk does not authenticate', () => {
    expect(() => open(concat(one, chunk(one, 0)))).toThrow(failing('TAMPERED'))
    expect(() => open(concat(one, one))).toThrow(failing('TAMPERED'))
  })

  it('cut at every chunk boundary and around it, it never opens', () => {
    const cuts = [0, 1, 2].flatMap(index =>
      [-17, -16, -1, 0, 1, 15, 16, 17].map(n => CHUNKS_AT + index * S + n),
    )
    for (const end of cuts)
      expect(() => open(one.subarray(0, end))).toThrow(
        /not a whole file envelope|a chunk does not authenticate/,
      )
  })
})

describe('the form of a file envelope', () => {
  const envelope = sealFile(KEY, utf8('x'))

  it('its parts are the bytes in their order', () => {
    const { header: front, salt, commitment, chunks, kid, portable } = parseFileEnvelope(envelope)
    expect(toHex(concat(front, salt, commitment, chunks))).toBe(toHex(envelope))
    expect(toHex(kid)).toBe(toHex(KEY.kid))
    expect(portable).toBe(false)
  })

  it.each([
    ['version 2', 8, 2],
    ['suite 2', 9, 2],
    ['flags 2', 11, 2],
    ['flags 256', 10, 1],
  ])('%s is of the future', (what, at, byte) => {
    expect(() => parseFileEnvelope(Uint8Array.from(envelope).fill(byte, at, at + 1))).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_VERSION',
        message: `this file envelope has ${what}, which this gitward does not know`,
        hint: 'npm install --global gitward@latest',
      }),
    )
  })

  it('an envelope that holds nothing is malformed: empty files have none', () => {
    const front = envelope.subarray(0, HEADER_BYTES)
    const context = concat(utf8('gitward/v1/file\0'), front)
    const message = cobblestone(KEY.subkey('file/aead'), sample(24), context)
    const empty = concat(front, sample(24), message.commitment, sealChunks(message, new Uint8Array(0)))
    expect(() => parseFileEnvelope(empty)).toThrow(
      failing('MALFORMED', 'not a whole file envelope: it holds nothing: empty files stay empty'),
    )
  })
})

describe('portable file envelope, by its form', () => {
  const area = (slotBytes: number) => {
    const size = new Uint8Array(4)
    new DataView(size.buffer).setUint32(0, slotBytes)
    return concat(size, new Uint8Array(2 * slotBytes))
  }
  const portable = (kid: Bytes, keyslots: Bytes, rest: Bytes) =>
    concat(FILE_MAGIC, Uint8Array.of(1, 1, 0, 1), kid, keyslots, rest)
  const noKid = new Uint8Array(8)
  const rest = counting(1, 24 + 32 + 16)

  it.each([4096, 8192, MIB])('slots of %i bytes stand before the salt', slotBytes => {
    const parsed = parseFileEnvelope(portable(noKid, area(slotBytes), rest))
    expect(parsed.portable).toBe(true)
    expect(toHex(concat(parsed.salt, parsed.commitment, parsed.chunks))).toBe(toHex(rest))
  })

  it.each([0, 1, 4095, 4097, MIB + 4096, 2 ** 32 - 4096])('slots of %i bytes are malformed', slotBytes => {
    const size = area(0)
    new DataView(size.buffer).setUint32(0, slotBytes)
    expect(() => parseFileEnvelope(portable(noKid, size, rest))).toThrow(
      failing('MALFORMED', 'not a whole file envelope: the keyslot size is wrong'),
    )
  })

  it('one that names a repository key is malformed', () => {
    expect(() => parseFileEnvelope(portable(KEY.kid, area(4096), rest))).toThrow(
      failing('MALFORMED', 'not a whole file envelope: a portable file names no repository key'),
    )
  })

  it('one that ends inside the keyslot area is malformed', () => {
    for (const end of [HEADER_BYTES, HEADER_BYTES + 3, HEADER_BYTES + 4, HEADER_BYTES + 4 + 8192 + 55 + 16])
      expect(() => parseFileEnvelope(portable(noKid, area(4096), rest).subarray(0, end))).toThrow(
        failing('MALFORMED'),
      )
  })

  it('no repository key opens it', () => {
    const parsed = parseFileEnvelope(portable(noKid, area(4096), rest))
    expect(() => openFile(KEY, parsed)).toThrow(failing('WRONG_KEY'))
  })
})
