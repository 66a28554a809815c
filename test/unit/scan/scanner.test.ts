import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../../src/core/bytes.ts'
import { isBinary } from '../../../src/scan/layer.ts'
import { alphabets, filler } from '../../../src/scan/rules/samples.ts'
import { rules } from '../../../src/scan/rules/table.ts'
import { scan } from '../../../src/scan/scanner.ts'
import { quickFingerprint, rulesFound, scanText } from './support.ts'

const secret = `glpat-${filler(20, alphabets.url)}`
const other = `glpat-${filler(20, alphabets.url, 5)}`
const scanBytes = (bytes: Uint8Array) => scan(bytes, { rules, fingerprint: quickFingerprint })

describe('a finding', () => {
  it('holds place and fingerprint, and no text of the secret', () => {
    const [finding] = scanText(`a: 1\nb: ${secret}\n`)
    expect(finding).toEqual({
      kind: 'secret',
      rule: 'gitlab-token',
      severity: 'critical',
      confidence: 'high',
      line: 2,
      column: 4,
      endLine: 2,
      endColumn: 4 + secret.length,
      start: 8,
      end: 8 + secret.length,
      fingerprint: quickFingerprint({ id: 'gitlab-token' }, utf8(secret)),
      allowed: null,
    })
    expect(JSON.stringify(finding)).not.toContain(secret.slice(6, 12))
  })

  it('counts columns in UTF-16 units', () => {
    const before = 'é漢😀'
    expect(scanText(`${before} ${secret}`)[0]).toMatchObject({ line: 1, column: before.length + 2 })
  })

  it('only a line feed ends a line', () => {
    expect(scanText(`a\r\nb\rc\u2028 ${secret}`)[0]).toMatchObject({ line: 2, column: 6 })
  })

  it('keeps its fingerprint when the line moves, and changes it with the secret', () => {
    const print = (text: string) => scanText(text)[0]!.fingerprint
    expect(print(`\n\n  x: ${secret}`)).toBe(print(secret))
    expect(print(other)).not.toBe(print(secret))
  })

  it('comes once a secret: the most specific rule wins', () => {
    expect(rulesFound(`gitlab_token = "${secret}"`)).toEqual(['gitlab-token'])
    expect(rulesFound(`DISCORD_API_TOKEN=${secret}`)).toEqual(['gitlab-token'])
    expect(rulesFound(`a=${secret} b=${other}\n`)).toEqual(['gitlab-token', 'gitlab-token'])
  })

  it('comes in the order of the file', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(secret, other, 'words', '\n'), { maxLength: 60 }), parts => {
        const starts = scanText(parts.join(' ')).map(finding => finding.start)
        expect(starts).toEqual([...starts].sort((a, b) => a - b))
        expect(starts).toHaveLength(parts.filter(part => part.startsWith('glpat-')).length)
      }),
    )
  })

  it('is left out below the confidence asked for', () => {
    const jwt = ['eyJhbGciOiJIUzI1NiJ9', `eyJ${filler(30)}`, filler(43)].join('.')
    const opaque = [`eyJ${filler(20)}`, `eyJ${filler(30)}`, filler(43)].join('.')
    expect(scanText(`${jwt} ${opaque}`).map(finding => finding.confidence)).toEqual(['high', 'low'])
    expect(scanText(`${jwt} ${opaque}`, { minConfidence: 'medium' })).toHaveLength(1)
  })
})

describe('gitward:allow', () => {
  const line = (comment: string) => scanText(`x = "${secret}" ${comment}\n`)[0]!.allowed

  it.each([
    ['# gitward:allow gitlab-token expired in 2020', 'expired in 2020'],
    ['/* gitward:allow gitlab-token a fixture */', 'a fixture'],
    ['<!-- gitward:allow gitlab-token a fixture -->', 'a fixture'],
    ['# gitward:allow jwt no, gitward:allow gitlab-token yes', 'yes'],
    ['# gitward:allow gitlab-token', null],
    ['# gitward:allow gitlab-token */', null],
    ['# gitward:allow jwt another rule', null],
    ['# gitward:allow', null],
    ['# allow gitlab-token why not', null],
  ])('%j: %j', (comment, reason) => {
    expect(line(comment)).toBe(reason)
  })

  it('speaks for its own line alone', () => {
    expect(scanText(`# gitward:allow gitlab-token above\n${secret}\n`)[0]!.allowed).toBeNull()
    expect(scanText(`${secret}\n# gitward:allow gitlab-token below\n`)[0]!.allowed).toBeNull()
  })

  it('never speaks for a private key', () => {
    const key = rules
      .find(rule => rule.id === 'age-secret-key')!
      .positives()[0]!
      .trim()
    expect(scanText(`${key} # gitward:allow age-secret-key please\n`)[0]).toMatchObject({
      kind: 'private-key',
      allowed: null,
    })
  })

  it('speaks for what is near, however long the line', () => {
    const long = `${secret} ${'x '.repeat(900)} ${other} # gitward:allow gitlab-token why\n`
    expect(scanText(long).map(finding => finding.allowed)).toEqual([null, 'why'])
  })

  it('stands on the last line of a finding over several', () => {
    const pem = rules
      .find(rule => rule.id === 'private-key-pem')!
      .positives()[0]!
      .trim()
    expect(scanText(`${pem} # gitward:allow private-key-pem fixture\n`)[0]!.allowed).toBe('fixture')
  })
})

describe('binary files', () => {
  const binary = (text: string) => concat(Uint8Array.of(0x7f, 0x45, 0, 1), utf8(text), Uint8Array.of(0))

  it('are scanned for tokens, as they stand', () => {
    expect(scanBytes(binary(` ${secret} `)).map(finding => finding.rule)).toEqual(['gitlab-token'])
  })

  it('are not scanned for names and encodings', () => {
    const encoded = Buffer.from(`the token: ${secret}`).toString('base64')
    expect(scanBytes(binary(` api_key = "${filler(32)}" ${encoded} `))).toEqual([])
  })

  it('are those with a NUL in the first 8 KB', () => {
    const late = new Uint8Array(9000).fill(0x20)
    late[8192] = 0
    expect([isBinary(binary('')), isBinary(late), isBinary(new Uint8Array(0))]).toEqual([true, false, false])
  })

  it.each(['utf16le', 'utf-16be'])('%s text is no binary file', encoding => {
    const text = `\uFEFFa é: 1\r\napi: ${secret}\r\n`
    const little = Buffer.from(text, 'utf16le')
    const bytes = new Uint8Array(encoding === 'utf16le' ? little : little.swap16())
    const [finding, ...rest] = scanBytes(bytes)
    expect(rest).toEqual([])
    expect(finding).toMatchObject({ rule: 'gitlab-token', line: 2, column: 6 })
    const found = Buffer.from(bytes.slice(finding!.start, finding!.end))
    expect((encoding === 'utf16le' ? found : found.swap16()).toString('utf16le')).toBe(secret)
  })
})

describe('ciphertext is never flagged', () => {
  const token = `gitward:v1:${filler(11)}:${filler(32, alphabets.url)}:${filler(43, alphabets.url)}:${filler(22)}`
  const lines = (alphabet: string, width: number) =>
    Array.from({ length: 200 }, (_, seed) => filler(width, alphabet, seed)).join('\n')
  it.each([
    ['a gitward value', `api_key: ${token}\npassword: "${token}"\n`],
    [
      'a gitward JSON envelope',
      `{"gitward":"v1","kid":"${filler(11)}=","ciphertext":"${lines(alphabets.base64, 400)}"}`,
    ],
    ['SOPS', `secret: ENC[AES256_GCM,data:${filler(40)},iv:${filler(43)}=,tag:${filler(22)}==,type:str]`],
    [
      'age armor',
      `-----BEGIN AGE ENCRYPTED FILE-----\n${lines(alphabets.base64, 64)}\n-----END AGE ENCRYPTED FILE-----`,
    ],
    ['ansible-vault', `password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n${lines(alphabets.hex, 80)}`],
    [
      'dotenvx',
      `API_KEY="encrypted:${filler(160, alphabets.base64)}"\nDOTENV_PUBLIC_KEY="${filler(66, alphabets.hex)}"`,
    ],
    ['git-crypt', `\0GITCRYPT\0${filler(2000, alphabets.base64)}`],
    ['a public age recipient', `recipient: age1${filler(58, alphabets.bech32)}`],
  ])('%s', (_tool, text) => {
    expect(rulesFound(text)).toEqual([])
  })
})

describe('any bytes', () => {
  it('with very many secrets give very many findings', () => {
    expect(scanText(`${secret} `.repeat(30_000))).toHaveLength(30_000)
  })

  it('are scanned to the end, the same way each time', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), bytes => {
        expect(scanBytes(bytes)).toEqual(scanBytes(bytes))
      }),
    )
  })

  it('around a token do not hide it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (before, after) => {
        const bytes = concat(before, utf8(` ${secret} `), after)
        fc.pre(before[0] !== 0xff && before[0] !== 0xfe)
        expect(scanBytes(bytes).some(finding => finding.rule === 'gitlab-token')).toBe(true)
      }),
    )
  })
})
