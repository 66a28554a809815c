import { describe, expect, it } from 'vitest'
import { concat, decodeUtf8, toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import type { EpochKey } from '../../../src/crypto/epoch-key.ts'
import { sealFile } from '../../../src/envelope/file.ts'
import { sealJson } from '../../../src/envelope/json.ts'
import { openEnvelope, recognise } from '../../../src/envelope/recognise.ts'
import { openToken, parseToken, sealToken } from '../../../src/envelope/token.ts'
import { KEY } from '../../tools/keys.ts'

/**
 * What stops a changed byte, in the order in which a reader meets them:
 * - plain: it does not begin like ciphertext
 * - form: it does, and is not in the canonical form (no key needed)
 * - version: it says that a later gitward wrote it (no key needed)
 * - kid: it names a key that the reader does not have
 * - commitment, tag: under that key it does not authenticate
 */
type Check = 'plain' | 'form' | 'version' | 'kid' | 'commitment' | 'tag' | 'none: it opened'

/** A range of positions, both ends included, and what stops every change in it. */
type Row = readonly [first: number, last: number, check: Check, what: string]

const keyring: ReadonlyMap<string, EpochKey> = new Map([[toHex(KEY.kid), KEY]])

/** Opens as gitward does: form, then the key that the kid names, then the bytes. */
function stoppedBy(open: (keys: typeof keyring) => void): Check {
  try {
    open(keyring)
    return 'none: it opened'
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    if (error.code === 'UNKNOWN_KEY') return 'kid'
    if (error.code === 'UNSUPPORTED_VERSION') return 'version'
    if (error.code === 'MALFORMED') return error.message === 'plain' ? 'plain' : 'form'
    return error.message.includes('commitment') ? 'commitment' : 'tag'
  }
}

function keyNamed(keys: typeof keyring, kid: Bytes): EpochKey {
  const key = keys.get(toHex(kid))
  if (!key) throw new GitwardError('UNKNOWN_KEY', 'no such key')
  return key
}

const fileStoppedBy = (bytes: Bytes): Check =>
  stoppedBy(keys => {
    const what = recognise(bytes)
    if (what.kind === 'plain') throw new GitwardError('MALFORMED', 'plain')
    if (what.kind === 'malformed' || what.kind === 'unsupported') throw what.reason
    if (what.kind === 'portable') throw new GitwardError('UNKNOWN_KEY', 'it names no repository key')
    openEnvelope(keyNamed(keys, what.kid), what)
  })

const tokenStoppedBy = (bytes: Bytes): Check =>
  stoppedBy(keys => {
    const token = parseToken(decodeUtf8(bytes) ?? '')
    if (!token) throw new GitwardError('MALFORMED', 'no token')
    openToken(keyNamed(keys, token.kid), token, '/a')
  })

const withByte = (bytes: Bytes, at: number, byte: number) => Uint8Array.from(bytes).fill(byte, at, at + 1)

/** The rows as the bytes give them: equal neighbours joined. `checkAt` also sees that all values agree. */
function measured(bytes: Bytes, checkAt: (at: number) => Check): [number, number, Check][] {
  const rows: [number, number, Check][] = []
  for (let at = 0; at < bytes.length; at++) {
    const check = checkAt(at)
    const last = rows.at(-1)
    if (last?.[2] === check) last[1] = at
    else rows.push([at, at, check])
  }
  return rows
}

/** The documented rows, equal neighbours joined. */
function joined(rows: readonly Row[]): [number, number, Check][] {
  const checks = rows.flatMap(([first, last, check]) => Array.from({ length: last - first + 1 }, () => check))
  return measured(new Uint8Array(checks.length), at => checks[at]!)
}

function onlyOne(checks: ReadonlySet<Check>, at: number): Check {
  if (checks.size !== 1) throw new Error(`position ${at} is stopped by ${[...checks].join(' and ')}`)
  return [...checks][0]!
}

describe('file envelope of one byte: every position has a check', () => {
  const envelope = sealFile(KEY, utf8('x'))
  const ROWS: readonly Row[] = [
    [0, 7, 'plain', 'magic'],
    [8, 8, 'version', 'version'],
    [9, 9, 'version', 'suite'],
    [10, 11, 'version', 'flags'],
    [12, 19, 'kid', 'kid'],
    [20, 43, 'commitment', 'salt'],
    [44, 75, 'commitment', 'commitment'],
    [76, 76, 'tag', 'ciphertext'],
    [77, 92, 'tag', 'tag'],
  ]
  const PORTABLE_FLAG = 11

  it('the unchanged envelope opens', () => {
    expect(fileStoppedBy(envelope)).toBe('none: it opened')
    expect(envelope).toHaveLength(93)
  })

  it('each of the eight bit flips and both extremes, at every position, is stopped by the check of its row', () => {
    const checkAt = (at: number) => {
      const values = [0, 1, 2, 3, 4, 5, 6, 7].map(bit => envelope[at]! ^ (1 << bit)).concat(0x00, 0xff)
      const others = values.filter(byte => byte !== envelope[at] && !(at === PORTABLE_FLAG && byte === 1))
      return onlyOne(new Set(others.map(byte => fileStoppedBy(withByte(envelope, at, byte)))), at)
    }
    expect(measured(envelope, checkAt)).toEqual(joined(ROWS))
  })

  it('the one flag that exists says portable, and then the form is wrong', () => {
    expect(fileStoppedBy(withByte(envelope, PORTABLE_FLAG, 1))).toBe('form')
  })

  it('cut at any length it is stopped: inside the magic it is plain, later its form is wrong', () => {
    const stops = Array.from(envelope, (_, length) => fileStoppedBy(envelope.subarray(0, length)))
    expect(measured(envelope, at => stops[at]!)).toEqual([
      [0, 7, 'plain'],
      [8, 92, 'form'],
    ])
  })

  it('extended it is stopped by the tag', () => {
    const tails = [Uint8Array.of(0), Uint8Array.of(0xff), new Uint8Array(16), new Uint8Array(4096), envelope]
    expect(tails.map(tail => fileStoppedBy(concat(envelope, tail)))).toEqual(tails.map(() => 'tag'))
  })
})

const URL_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const STANDARD_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const FOREIGN = utf8(' \n!"#$%&\'()*,.:;<=>?@[\\]^`{|}~\u0000\u007f')

describe('value token of one byte: every position has a check', () => {
  const token = utf8(sealToken(KEY, '/a', utf8('x')))
  const ROWS: readonly Row[] = [
    [0, 10, 'form', 'gitward:v1:'],
    [11, 21, 'kid', 'kid, 11 digits'],
    [22, 22, 'form', 'colon'],
    [23, 54, 'tag', 'nonce, 32 digits: it picks key and counter of the AEAD'],
    [55, 55, 'form', 'colon'],
    [56, 98, 'tag', 'ciphertext, 43 digits'],
    [99, 99, 'form', 'colon'],
    [100, 121, 'tag', 'tag, 22 digits'],
  ]
  const isField = (at: number) =>
    ROWS.some(([first, last, check]) => first <= at && at <= last && check !== 'form')
  /** Node's lax decoder as the judge of canonical: what it reads and writes back unchanged. */
  const isCanonical = (text: Bytes) =>
    decodeUtf8(text)!
      .split(':')
      .slice(2)
      .every(field => Buffer.from(field, 'base64url').toString('base64url') === field)

  it('the unchanged token opens', () => {
    expect(tokenStoppedBy(token)).toBe('none: it opened')
    expect(token).toHaveLength(122)
  })

  it('every other digit, at every position, is stopped by the check of its row', () => {
    const checkAt = (at: number) => {
      const changed = Array.from(utf8(URL_DIGITS), digit => withByte(token, at, digit))
      const others = changed.filter(each => each[at] !== token[at] && (!isField(at) || isCanonical(each)))
      return onlyOne(new Set(others.map(tokenStoppedBy)), at)
    }
    expect(measured(token, checkAt)).toEqual(joined(ROWS))
  })

  it('a last digit with trailing bits is stopped by the form', () => {
    for (const at of [21, 98, 121]) {
      const changed = Array.from(utf8(URL_DIGITS), digit => withByte(token, at, digit))
      const stray = changed.filter(each => !isCanonical(each))
      expect(stray.length).toBeGreaterThanOrEqual(48)
      expect(new Set(stray.map(tokenStoppedBy))).toEqual(new Set(['form']))
    }
  })

  it('a character that is no digit is stopped by the form, at every position', () => {
    const stops = new Set<Check>()
    for (const at of token.keys())
      for (const byte of FOREIGN) if (byte !== token[at]) stops.add(tokenStoppedBy(withByte(token, at, byte)))
    expect([...stops]).toEqual(['form'])
  })

  it('cut at any length, or extended, it is stopped by the form', () => {
    const cuts = Array.from(token, (_, length) => token.subarray(0, length))
    const longer = ['A', '==', ':', ' ', '\n'].map(tail => concat(token, utf8(tail)))
    expect(new Set([...cuts, ...longer].map(tokenStoppedBy))).toEqual(new Set(['form']))
  })
})

describe('JSON envelope of one byte: every position has a check', () => {
  const envelope = sealJson(KEY, utf8('x'))
  const ROWS: readonly Row[] = [
    [0, 11, 'plain', '{"gitward":"'],
    [12, 13, 'form', 'v1'],
    [14, 22, 'form', '","kid":"'],
    [23, 33, 'kid', 'kid, 11 digits'],
    [34, 34, 'form', 'its padding'],
    [35, 45, 'form', '","nonce":"'],
    [46, 77, 'tag', 'nonce, 32 digits'],
    [78, 93, 'form', '","ciphertext":"'],
    [94, 95, 'tag', 'ciphertext, 2 digits'],
    [96, 96, 'tag', 'its first pad: a digit here makes the ciphertext a byte longer'],
    [97, 97, 'form', 'its second pad'],
    [98, 106, 'form', '","tag":"'],
    [107, 128, 'tag', 'tag, 22 digits'],
    [129, 130, 'form', 'its padding'],
    [131, 133, 'form', '"} and the line feed'],
  ]
  const VERSION_AT = 13
  const isField = (at: number) =>
    ROWS.some(([first, last, check]) => first <= at && at <= last && (check === 'kid' || check === 'tag'))
  const isCanonical = (text: Bytes) => {
    const members: Record<string, string> = JSON.parse(decodeUtf8(text)!)
    return ['kid', 'nonce', 'ciphertext', 'tag'].every(
      name => Buffer.from(members[name]!, 'base64').toString('base64') === members[name],
    )
  }
  const isVersionDigit = (at: number, byte: number) => at === VERSION_AT && byte >= 0x30 && byte <= 0x39

  it('the unchanged envelope opens', () => {
    expect(fileStoppedBy(envelope)).toBe('none: it opened')
    expect(envelope).toHaveLength(134)
  })

  it('every other digit, at every position, is stopped by the check of its row', () => {
    const checkAt = (at: number) => {
      const digits = Array.from(utf8(STANDARD_DIGITS)).filter(
        digit => digit !== envelope[at] && !isVersionDigit(at, digit),
      )
      const changed = digits.map(digit => withByte(envelope, at, digit))
      const others = changed.filter(each => !isField(at) || isCanonical(each))
      return onlyOne(new Set(others.map(fileStoppedBy)), at)
    }
    expect(measured(envelope, checkAt)).toEqual(joined(ROWS))
  })

  it('another version digit is stopped by the version', () => {
    const others = Array.from(utf8('023456789'), digit => withByte(envelope, VERSION_AT, digit))
    expect(new Set(others.map(fileStoppedBy))).toEqual(new Set(['version']))
  })

  it('a last digit with trailing bits is stopped by the form', () => {
    for (const at of [33, 95, 128]) {
      const changed = Array.from(utf8(STANDARD_DIGITS), digit => withByte(envelope, at, digit))
      const stray = changed.filter(each => !isCanonical(each))
      expect(stray.length).toBeGreaterThanOrEqual(48)
      expect(new Set(stray.map(fileStoppedBy))).toEqual(new Set(['form']))
    }
  })

  it('a character that is no digit is stopped by the form, or makes it plain inside the magic', () => {
    const stops = new Set<string>()
    for (const at of envelope.keys())
      for (const byte of FOREIGN)
        if (byte !== envelope[at])
          stops.add(`${at < 12 ? 'magic' : 'rest'}: ${fileStoppedBy(withByte(envelope, at, byte))}`)
    expect([...stops]).toEqual(['magic: plain', 'rest: form'])
  })

  it('cut at any length, or extended, it is stopped', () => {
    const stops = Array.from(envelope, (_, length) => fileStoppedBy(envelope.subarray(0, length)))
    expect(measured(envelope, at => stops[at]!)).toEqual([
      [0, 11, 'plain'],
      [12, 133, 'form'],
    ])
    const longer = ['\n', ' ', '\0', 'A', '{}'].map(tail => concat(envelope, utf8(tail)))
    expect(new Set(longer.map(fileStoppedBy))).toEqual(new Set(['form']))
  })
})
