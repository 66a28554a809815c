import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, sameBytes, toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { FILE_MAGIC } from '../../../src/envelope/file-header.ts'
import { sealFile } from '../../../src/envelope/file.ts'
import { sealJson } from '../../../src/envelope/json.ts'
import { isEnvelope, openEnvelope, recognise } from '../../../src/envelope/recognise.ts'
import { sealToken } from '../../../src/envelope/token.ts'
import { bytes } from '../../tools/arbitraries.ts'
import { KEY } from '../../tools/keys.ts'

const kinds = [
  ['file', sealFile],
  ['json', sealJson],
] as const

describe('recognise', () => {
  it.each(kinds)('knows every %s envelope, and it opens', (kind, seal) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), source => {
        const what = recognise(seal(KEY, source))
        return (
          what.kind === kind && sameBytes(what.kid, KEY.kid) && sameBytes(openEnvelope(KEY, what), source)
        )
      }),
    )
  })

  it('never throws, whatever follows the magic bytes', () => {
    const magic = fc.constantFrom(
      FILE_MAGIC,
      concat(FILE_MAGIC, Uint8Array.of(1, 1, 0)),
      utf8('{"gitward":"v1"'),
    )
    fc.assert(
      fc.property(magic, bytes(), (front, rest) => {
        const { kind } = recognise(concat(front, rest))
        expect(['file', 'json', 'portable', 'unsupported', 'malformed']).toContain(kind)
      }),
    )
  })

  const portable = concat(
    FILE_MAGIC,
    Uint8Array.of(1, 1, 0, 1),
    new Uint8Array(8),
    Uint8Array.of(0, 0, 16, 0),
    new Uint8Array(8192 + 24 + 32 + 16),
  )
  it.each([
    ['plain', 'nothing', new Uint8Array(0)],
    ['plain', 'text', utf8('password: hunter2\n')],
    ['plain', 'text that holds a token', utf8(sealToken(KEY, '/a', utf8('x')))],
    ['plain', 'half the magic bytes', FILE_MAGIC.subarray(0, 7)],
    ['plain', 'a file envelope after a line feed', concat(utf8('\n'), sealFile(KEY, utf8('x')))],
    ['malformed', 'the magic bytes alone', FILE_MAGIC],
    ['malformed', 'a user file that begins like ours', utf8('{"gitward":"is nice"}\n')],
    ['unsupported', 'another version of the file envelope', concat(FILE_MAGIC, new Uint8Array(100).fill(2))],
    ['unsupported', 'another version of the JSON envelope', utf8('{"gitward":"v2"}\n')],
    ['portable', 'a portable file', portable],
  ] as const satisfies readonly (readonly [string, string, Bytes])[])('%s: %s', (kind, _what, input) => {
    const what = recognise(input)
    expect(what.kind).toBe(kind)
    expect(isEnvelope(what)).toBe(false)
  })

  it('says why something is malformed', () => {
    expect(recognise(FILE_MAGIC)).toMatchObject({
      reason: { code: 'MALFORMED', message: 'not a whole file envelope: it ends inside the header' },
    })
  })

  it('a view into a larger buffer is read from its own start', () => {
    const inside = concat(new Uint8Array(3), portable).subarray(3)
    const what = recognise(inside)
    expect(what.kind === 'portable' && toHex(what.file.header)).toBe(toHex(portable.subarray(0, 20)))
  })
})
