import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, sameBytes, utf8 } from '../../../src/core/bytes.ts'
import { sealSynthetic } from '../../../src/envelope/synthetic.ts'
import { formatToken, openToken, parseToken, sealToken, mayHoldTokens } from '../../../src/envelope/token.ts'
import { bytes, mutated, text } from '../../tools/arbitraries.ts'
import { KEY, OTHER_KEY } from '../../tools/keys.ts'

const open = (token: string, pointer: string) => openToken(KEY, parseToken(token)!, pointer)

describe('value token', () => {
  it('open inverts seal, for any bytes at any pointer', () => {
    fc.assert(
      fc.property(bytes(), text, (source, pointer) =>
        sameBytes(open(sealToken(KEY, pointer, source), pointer), source),
      ),
    )
  })

  it.each([0, 1, 31, 32, 33, 16_383, 16_384, 16_385, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1])(
    'open inverts seal for %i bytes',
    length => {
      const source = new Uint8Array(length).fill(0x61)
      expect(sameBytes(open(sealToken(KEY, '/a', source), '/a'), source)).toBe(true)
    },
  )

  it('the same key, pointer and text give the same token', () => {
    fc.assert(
      fc.property(
        bytes(),
        text,
        (source, pointer) =>
          sealToken(KEY, pointer, source) === sealToken(KEY, pointer, Uint8Array.from(source)),
      ),
    )
  })

  it('each reader gets bytes of its own', () => {
    const token = sealToken(KEY, '/a', utf8('x'))
    parseToken(token)!.tag.fill(0)
    expect(decodeUtf8(open(token, '/a'))).toBe('x')
  })

  it('another key, pointer or text gives another nonce, ciphertext and tag', () => {
    const fields = [
      sealToken(KEY, '/a', utf8('x')),
      sealToken(OTHER_KEY, '/a', utf8('x')),
      sealToken(KEY, '/b', utf8('x')),
      sealToken(KEY, '/a', utf8('y')),
    ].flatMap(token => token.split(':').slice(3))
    expect(new Set(fields).size).toBe(12)
  })

  it('opens at no other pointer: it was moved', () => {
    const token = sealToken(KEY, '/db/password', utf8('hunter2'))
    const moved = expect.objectContaining({
      code: 'MOVED',
      message: 'the value was moved or swapped: its nonce belongs to another place',
    })
    for (const pointer of ['', '/', '/db', '/db/password/', '/db/Password', '/db/password ', '/-=a/b'])
      expect(() => open(token, pointer)).toThrow(moved)
    fc.assert(
      fc.property(text, pointer => {
        fc.pre(pointer !== '/db/password')
        expect(() => open(token, pointer)).toThrow(moved)
      }),
    )
  })

  it('swapped values are both caught', () => {
    const [a, b] = [sealToken(KEY, '/a', utf8('1')), sealToken(KEY, '/b', utf8('2'))]
    expect(() => open(b, '/a')).toThrow(expect.objectContaining({ code: 'MOVED' }))
    expect(() => open(a, '/b')).toThrow(expect.objectContaining({ code: 'MOVED' }))
  })

  it('opens under no other key', () => {
    const token = parseToken(sealToken(KEY, '/a', utf8('x')))!
    expect(() => openToken(OTHER_KEY, token, '/a')).toThrow(
      expect.objectContaining({ code: 'WRONG_KEY', hint: 'gitward unlock' }),
    )
    expect(() => openToken(OTHER_KEY, { ...token, kid: OTHER_KEY.kid }, '/a')).toThrow(
      expect.objectContaining({ code: 'TAMPERED' }),
    )
  })

  it('hides lengths up to 32 bytes: 0 to 31 bytes give tokens of one length', () => {
    const lengths = Array.from({ length: 32 }, (_, n) => sealToken(KEY, '/a', new Uint8Array(n)).length)
    expect(new Set(lengths)).toEqual(new Set([122]))
    expect(sealToken(KEY, '/a', new Uint8Array(32))).toHaveLength(122 - 43 + 86)
  })

  it('is one line of characters that YAML, dotenv, INI and shells take unquoted', () => {
    fc.assert(
      fc.property(bytes(), source => /^gitward:v1(?::[A-Za-z0-9_-]+){4}$/.test(sealToken(KEY, '/a', source))),
    )
  })

  it('mayHoldTokens sees every token, inside other text, and nothing in text without any', () => {
    fc.assert(
      fc.property(bytes(), source => {
        const token = sealToken(KEY, '/a', source)
        expect(mayHoldTokens(utf8(`password: ${token} # why`))).toBe(true)
        expect(mayHoldTokens(utf8(`password: ${token.slice(0, 60)} # why`))).toBe(false)
      }),
    )
  })
})

describe('a token has one spelling', () => {
  it('format inverts parse, and whatever else parses formats to itself', () => {
    const token = utf8(sealToken(KEY, '/a', utf8('x')))
    expect(formatToken(parseToken(decodeUtf8(token)!)!)).toBe(decodeUtf8(token))
    fc.assert(
      fc.property(mutated(token), changed => {
        const spelled = decodeUtf8(changed) ?? ''
        const parsed = parseToken(spelled)
        return parsed === null || formatToken(parsed) === spelled
      }),
      { numRuns: 3000 },
    )
  })

  const token = sealToken(KEY, '/a', utf8('x'))
  const [, , kid, nonce, ciphertext, tag] = token.split(':')
  const join = (...fields: (string | undefined)[]) => ['gitward:v1', ...fields].join(':')

  it.each([
    ['nothing', ''],
    ['other text', 'hunter2'],
    ['a prefix of one', 'gitward:v1:'],
    ['another version', token.replace('v1', 'v2')],
    ['another case', token.replace('gitward', 'Gitward')],
    ['space before', ` ${token}`],
    ['space after', `${token} `],
    ['a line feed after', `${token}\n`],
    ['quotes', `"${token}"`],
    ['padding', `${token}==`],
    ['standard base64', join(kid, nonce, `${'+/'.repeat(21)}A`, tag)],
    ['three fields', join(kid, nonce, ciphertext)],
    ['five fields', join(kid, nonce, ciphertext, tag, tag)],
    ['a kid that is too short', join('AAAAAAAAAA', nonce, ciphertext, tag)],
    ['a nonce of 12 bytes', join(kid, nonce?.slice(0, 16), ciphertext, tag)],
    ['a tag of 4 bytes', join(kid, nonce, ciphertext, 'AAAAAA')],
    ['an empty ciphertext', join(kid, nonce, '', tag)],
    ['a ciphertext of 31 bytes', join(kid, nonce, 'A'.repeat(42), tag)],
    ['a ciphertext of 33 bytes', join(kid, nonce, 'A'.repeat(44), tag)],
  ])('%s is none', (_what, other) => {
    expect(parseToken(other)).toBeNull()
  })
})

describe('what only a key holder can make', () => {
  it('a message without padding is malformed', () => {
    const purpose = { context: 'gitward/v1/value', nonce: 'value/nonce', aead: 'value/aead' } as const
    const unpadded = sealSynthetic(KEY, purpose, '/a', new Uint8Array(32))
    expect(() => openToken(KEY, unpadded, '/a')).toThrow(
      expect.objectContaining({ code: 'MALFORMED', message: 'the value has wrong padding' }),
    )
  })

  it('a JSON message is no token, although its fields fit', () => {
    const purpose = { context: 'gitward/v1/json', nonce: 'json/nonce', aead: 'json/aead' } as const
    const other = sealSynthetic(KEY, purpose, '', new Uint8Array(32))
    expect(() => openToken(KEY, other, '')).toThrow(expect.objectContaining({ code: 'TAMPERED' }))
  })
})
