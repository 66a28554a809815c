import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, sameBytes, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { hasCode } from '../../../src/core/errors.ts'
import {
  formatJsonEnvelope,
  JSON_MAX_BYTES,
  openJson,
  parseJsonEnvelope,
  sealJson,
} from '../../../src/envelope/json.ts'
import { sealSynthetic, type SealedMessage } from '../../../src/envelope/synthetic.ts'
import { bytes, mutated, sample } from '../../tools/arbitraries.ts'
import { KEY, OTHER_KEY } from '../../tools/keys.ts'

const open = (envelope: Bytes) => openJson(KEY, parseJsonEnvelope(envelope))
/** Null for what is malformed or of another version; any other error is a bug and passes through. */
function parseOrNull(envelope: Bytes): SealedMessage | null {
  try {
    return parseJsonEnvelope(envelope)
  } catch (error) {
    if (hasCode(error, 'MALFORMED', 'UNSUPPORTED_VERSION')) return null
    throw error
  }
}

const failing = (code: string) => expect.objectContaining({ code })

describe('JSON envelope', () => {
  it('open inverts seal, for any bytes', () => {
    fc.assert(
      fc.property(bytes(), source => source.length === 0 || sameBytes(open(sealJson(KEY, source)), source)),
    )
  })

  it.each([1, 16_383, 16_384, 16_385, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1])(
    'open inverts seal for %i bytes',
    length => {
      expect(sameBytes(open(sealJson(KEY, sample(length))), sample(length))).toBe(true)
    },
  )

  it('an empty file stays empty', () => {
    expect(sealJson(KEY, new Uint8Array(0))).toHaveLength(0)
  })

  it('the same key and bytes give the same envelope, others another nonce', () => {
    fc.assert(
      fc.property(bytes(), source =>
        sameBytes(sealJson(KEY, source), sealJson(KEY, Uint8Array.from(source))),
      ),
    )
    const sealed = [sealJson(KEY, utf8('x')), sealJson(KEY, utf8('y')), sealJson(OTHER_KEY, utf8('x'))]
    expect(new Set(sealed.map(each => parseJsonEnvelope(each).nonce.join())).size).toBe(3)
  })

  it('is one line of JSON with five members in order, and padded base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), source => {
        const line = decodeUtf8(sealJson(KEY, source))!
        const members: Record<string, string> = JSON.parse(line)
        expect(Object.keys(members)).toEqual(['gitward', 'kid', 'nonce', 'ciphertext', 'tag'])
        expect(`${JSON.stringify(members)}\n`).toBe(line)
        const lengths = ['kid', 'nonce', 'ciphertext', 'tag'].map(
          name => Buffer.from(members[name]!, 'base64').length,
        )
        expect(lengths).toEqual([8, 24, source.length, 16])
      }),
    )
  })

  it('opens under no other key', () => {
    const envelope = parseJsonEnvelope(sealJson(KEY, utf8('x')))
    expect(() => openJson(OTHER_KEY, envelope)).toThrow(failing('WRONG_KEY'))
    expect(() => openJson(OTHER_KEY, { ...envelope, kid: OTHER_KEY.kid })).toThrow(failing('TAMPERED'))
  })

  it('more than 1 GiB is refused, in and out', () => {
    expect(() => sealJson(KEY, new Uint8Array(JSON_MAX_BYTES + 1))).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'a JSON envelope holds at most 1 GiB',
        hint: 'use the binary format: --format binary',
      }),
    )
    const whole = sealJson(KEY, utf8('x'))
    const nonceEnd = decodeUtf8(whole)!.indexOf('","ciphertext":"') + 16
    const tooLong = new Uint8Array(Math.ceil((JSON_MAX_BYTES + 3) / 3) * 4 + nonceEnd + 40)
    tooLong.set(whole.subarray(0, nonceEnd))
    expect(() => parseJsonEnvelope(tooLong)).toThrow(
      expect.objectContaining({
        code: 'MALFORMED',
        message: 'not a whole JSON envelope: it holds more than 1 GiB',
      }),
    )
  })
})

describe('a JSON envelope has one spelling', () => {
  const line = decodeUtf8(sealJson(KEY, utf8('x')))!

  it('format inverts parse, and whatever else parses formats to itself', () => {
    expect(decodeUtf8(formatJsonEnvelope(parseJsonEnvelope(utf8(line))))).toBe(line)
    fc.assert(
      fc.property(mutated(utf8(line)), changed => {
        const parsed = parseOrNull(changed)
        return parsed === null || sameBytes(formatJsonEnvelope(parsed), changed)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['nothing', ''],
    ['another object', '{"a":1}\n'],
    ['its magic alone', '{"gitward":"'],
    ['its opening alone', '{"gitward":"v1","kid":"'],
    ['no line feed', line.trimEnd()],
    ['two line feeds', `${line}\n`],
    ['CRLF', line.replace('\n', '\r\n')],
    ['a byte order mark', `\ufeff${line}`],
    ['a space after a colon', line.replace(':', ': ')],
    ['another order', line.replace(/("nonce":"[^"]*"),("ciphertext":"[^"]*")/, '$2,$1')],
    ['one more member', line.replace('}', ',"x":""}')],
    ['base64 without padding', line.replace('==', '')],
    ['base64url', line.replace(/("ciphertext":")[^"]*/, '$1-_--')],
    ['an empty ciphertext', line.replace(/("ciphertext":")[^"]*/, '$1')],
    ['a nonce of 12 bytes', line.replace(/("nonce":")[^"]*/, '$1AAAAAAAAAAAAAAAA')],
    ['an escaped character', line.replace('"kid"', '"\\u006bid"')],
  ])('%s is malformed', (_what, other) => {
    expect(other).not.toBe(line)
    expect(() => parseJsonEnvelope(utf8(other))).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: 'not a whole JSON envelope' }),
    )
  })

  it.each(['v2', 'v10'])('version %s is not known yet', version => {
    expect(() => parseJsonEnvelope(utf8(line.replace('v1', version)))).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_VERSION',
        message: 'this JSON envelope has a version that this gitward does not know',
        hint: 'npm install --global gitward@latest',
      }),
    )
  })

  it.each(['v', 'x1', 'v1x', 'V2', 'v123', ''])('version %j is malformed', version => {
    expect(() => parseJsonEnvelope(utf8(line.replace('v1', version)))).toThrow(failing('MALFORMED'))
  })
})

describe('what only a key holder can make', () => {
  const json = { context: 'gitward/v1/json', nonce: 'json/nonce', aead: 'json/aead' } as const

  it('a nonce of another pointer counts as tampered', () => {
    expect(() => openJson(KEY, sealSynthetic(KEY, json, '/a', utf8('x')))).toThrow(
      expect.objectContaining({
        code: 'TAMPERED',
        message: 'the JSON envelope was changed: its nonce is not its own',
      }),
    )
  })

  it('a token is no JSON envelope, although its fields fit', () => {
    const value = { context: 'gitward/v1/value', nonce: 'value/nonce', aead: 'value/aead' } as const
    const token = sealSynthetic(KEY, value, '', new Uint8Array(32))
    const spelled = formatJsonEnvelope(token)
    expect(() => open(spelled)).toThrow(
      expect.objectContaining({
        code: 'TAMPERED',
        message: 'the JSON envelope was changed: its tag does not verify',
      }),
    )
  })
})
