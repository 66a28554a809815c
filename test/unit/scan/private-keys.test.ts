import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { generateHybridIdentity, generateX25519Identity } from 'age-encryption'
import { describe, expect, it } from 'vitest'
import { formatEpochRecord } from '../../../src/keys/epoch.ts'
import { formatIdentityFile } from '../../../src/keys/identities.ts'
import { formatKeyring } from '../../../src/keys/keyring.ts'
import { epochKey } from '../../../src/crypto/epoch-key.ts'
import { alphabets, filler } from '../../../src/scan/rules/samples.ts'
import { rules } from '../../../src/scan/rules/table.ts'
import { scan } from '../../../src/scan/scanner.ts'
import { quickFingerprint, rulesFound, scanText } from './support.ts'

const pem = (
  type: 'pkcs1' | 'pkcs8' | 'sec1',
  key: { export(options: { type: string; format: string }): unknown },
) => key.export({ type, format: 'pem' }) as string

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const edwards = generateKeyPairSync('ed25519').privateKey
const locked = generateKeyPairSync('ed25519', {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'of the test' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

/** How every unlocked OpenSSH key starts: names of no cipher and no key derivation, and many zeros. */
const opensshHeader = Buffer.from(
  'openssh-key-v1\0\0\0\0\u0004none\0\0\0\u0004none\0\0\0\0\0\0\0\u0001\0\0\0',
).toString('base64')
const label = ['OPENSSH', 'PRIVATE', 'KEY'].join(' ')
const openssh = `-----BEGIN ${label}-----\n${(opensshHeader + filler(300, alphabets.base64)).replace(/.{70}/g, '$&\n')}\n-----END ${label}-----\n`

describe('real private keys', () => {
  it.each([
    ['RSA, PKCS #1', pem('pkcs1', rsa), 'private-key-pem'],
    ['RSA, PKCS #8', pem('pkcs8', rsa), 'private-key-pem'],
    ['P-256, SEC 1', pem('sec1', ec), 'private-key-pem'],
    ['Ed25519, PKCS #8', pem('pkcs8', edwards), 'private-key-pem'],
    ['behind a passphrase', locked.privateKey, 'private-key-pem-encrypted'],
    ['OpenSSH', openssh, 'private-key-openssh'],
  ])('%s: found in a file, in JSON, in YAML, in base64 and with CRLF', (_name, key, rule) => {
    const homes = [
      key,
      JSON.stringify({ private_key: key }),
      `key: |\n${key.replaceAll(/^/gm, '    ')}`,
      `data: ${Buffer.from(key).toString('base64')}\n`,
      key.replaceAll('\n', '\r\n'),
      key
        .trimEnd()
        .split('\n')
        .map(line => `  '${line}\\n' +`)
        .join('\n'),
    ]
    for (const home of homes) expect(rulesFound(home)).toEqual([rule])
  })

  it('public keys and certificates are none', () => {
    expect(rulesFound(locked.publicKey)).toEqual([])
    expect(rulesFound(pem('pkcs8', rsa).replaceAll('PRIVATE KEY', 'CERTIFICATE'))).toEqual([])
  })
})

describe("gitward's own keys", () => {
  const record = {
    repo: randomBytes(16),
    scope: 'prod',
    epoch: 2,
    key: randomBytes(32),
    members: randomBytes(32),
    prev: randomBytes(32),
  }

  it.each([generateX25519Identity, generateHybridIdentity])(
    'an identity file is found: %o',
    async generate => {
      const file = formatIdentityFile(await generate(), 'age1public')
      expect(scanText(file)).toMatchObject([
        { kind: 'private-key', rule: 'age-secret-key', confidence: 'high' },
      ])
    },
  )

  it('an opened epoch file and an exported key are found', () => {
    expect(scanText(formatEpochRecord(record))).toMatchObject([
      { kind: 'private-key', rule: 'gitward-epoch-key' },
    ])
    const exported = `GITWARD_KEY=prod=${record.key.toString('base64')}\n`
    expect(scanText(exported)).toMatchObject([{ kind: 'private-key', rule: 'gitward-key-variable' }])
  })

  const keyring = formatKeyring([{ scope: 'prod', epoch: 2, key: epochKey(record.key, record.repo) }])
  const variable = `GITWARD_KEY=default=${randomBytes(32).toString('base64')}`
  const dotenvx = `DOTENV_PRIVATE_KEY_CI="${randomBytes(32).toString('hex')}"`

  it.each([
    ['a keyring', keyring, 'gitward-keyring'],
    ['a key record', formatEpochRecord(record), 'gitward-epoch-key'],
    ['an exported key', variable, 'gitward-key-variable'],
    ['a dotenvx key', dotenvx, 'dotenvx-private-key'],
  ])('%s is found as it stands, in base64, hex, UTF-16 and between binary bytes', (_name, key, rule) => {
    const [plain, wide] = [Buffer.from(key), Buffer.from(`\ufeff${key}`, 'utf16le')]
    const files = [
      plain,
      Buffer.from(`data: ${plain.toString('base64')}\n`),
      Buffer.from(`data: ${plain.toString('hex')}\n`),
      wide,
      Buffer.concat([Buffer.of(0, 1), plain, Buffer.of(0)]),
    ]
    for (const file of files)
      expect(scan(file, { rules, fingerprint: quickFingerprint })).toMatchObject([
        { kind: 'private-key', rule, allowed: null },
      ])
  })

  it('a key cannot hide in what a comment may allow', async () => {
    const armor = ['PRIVATE', 'KEY'].join(' ')
    const wrapped = `-----BEGIN ${armor}-----\n${filler(64)}\n${await generateX25519Identity()}\n-----END ${armor}-----`
    const allowed = `${wrapped} # gitward:allow private-key-pem, gitward:allow age-secret-key please\n`
    expect(scanText(allowed)).toMatchObject([{ rule: 'age-secret-key', allowed: null }])
  })

  it('the counting key of a worked example is none', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => 0x20 + i))
    expect(rulesFound(formatEpochRecord({ ...record, key }))).toEqual([])
  })
})
