import { fromBase64 } from '../../core/base64.ts'
import { shannon } from '../entropy.ts'
import type { Rule } from '../rule.ts'
import { bech32Checksum, isBech32 } from '../checksums.ts'
import { ASSIGNMENT_BYTES, assignmentPattern, isAssigned } from '../assignment.ts'
import { token } from './build.ts'
import { alphabets, assigned, filler, inText, nearMisses, unassigned } from './samples.ts'

const LONGEST_BLOCK = 20_000
const NEW_PAIR = { url: '', how: 'make a new key pair and withdraw the public key wherever it is trusted' }

interface BlockFacts {
  readonly id: string
  readonly title: string
  /** What stands behind BEGIN and END: a pattern, and its example. */
  readonly label: string
  readonly example: string
  readonly severity: Rule['severity']
}

/** Armored keys: a BEGIN line, base64 (in a file, a string literal or an escaped JSON value), an END line. */
function armored({ id, title, label, example, severity }: BlockFacts): Rule {
  const text = (body: string) => `-----BEGIN ${example}-----\n${body}\n-----END ${example}-----\n`
  const body = [1, 2, 3].map(seed => filler(64, alphabets.base64, seed)).join('\n')
  return {
    id,
    provider: 'generic',
    title,
    kind: 'secret',
    shape: 'token',
    severity,
    confidence: 'high',
    keywords: ['-----BEGIN '],
    // Headers (`Proc-Type: 4,ENCRYPTED`), comments and whatever a string literal needs may stand inside.
    pattern: new RegExp(
      `-----BEGIN ${label}-----[A-Za-z0-9+/=\\s\\\\"'\`,.:;()@<>|#*$_-]{64,${LONGEST_BLOCK - 200}}?-----END ${label}-----`,
    ),
    lead: 0,
    reach: LONGEST_BLOCK,
    neverPlaceholder: true,
    accepts: block => shannon(block.slice(0, 2000)) > 4.5,
    revoke: NEW_PAIR,
    positives: () => [
      text(body),
      `KEY="${text(body).replaceAll('\n', '\\n')}"`,
      text(body).replaceAll(/^/gm, '    '),
      text(`Comment: one\n\n${body}`),
    ],
    negatives: () => [
      text('...'),
      text('A'.repeat(200)),
      `if (line === '-----BEGIN ${example}-----') readKey()`,
      text(body).replaceAll(example, 'CERTIFICATE'),
      text(body).replaceAll('PRIVATE', 'PUBLIC'),
    ],
  }
}

const ageData = (length: number) => filler(length, alphabets.bech32)
const classicPrefix = ['AGE', 'SECRET', 'KEY', ''].join('-')
const hybridPrefix = ['AGE', 'SECRET', 'KEY', 'PQ', ''].join('-')
const bech32Key = (prefix: string, length: number) => {
  const data = ageData(length - 6)
  return `${prefix}1${(data + bech32Checksum(prefix.toLowerCase(), data)).toUpperCase()}`
}

export const privateKeyRules: readonly Rule[] = [
  armored({
    id: 'private-key-pem',
    title: 'Private key (PEM)',
    label: '(?:(?:RSA|EC|DSA|ANY) )?PRIVATE KEY',
    example: 'RSA PRIVATE KEY',
    severity: 'critical',
  }),
  armored({
    id: 'private-key-pem-encrypted',
    title: 'Private key (PEM, behind a passphrase)',
    label: 'ENCRYPTED PRIVATE KEY',
    example: 'ENCRYPTED PRIVATE KEY',
    severity: 'medium',
  }),
  armored({
    id: 'private-key-openssh',
    title: 'Private key (OpenSSH)',
    label: '(?:OPENSSH|SSH2 ENCRYPTED) PRIVATE KEY',
    example: 'OPENSSH PRIVATE KEY',
    severity: 'critical',
  }),
  armored({
    id: 'private-key-pgp',
    title: 'Private key (OpenPGP)',
    label: 'PGP PRIVATE KEY BLOCK',
    example: 'PGP PRIVATE KEY BLOCK',
    severity: 'critical',
  }),
  {
    id: 'private-key-putty',
    provider: 'generic',
    title: 'Private key (PuTTY)',
    kind: 'secret',
    shape: 'token',
    severity: 'critical',
    confidence: 'high',
    keywords: ['PuTTY-User-Key-File-'],
    pattern:
      /PuTTY-User-Key-File-[23]: [ -~\s]{20,6000}?\nPrivate-Lines: \d{1,3}\s{1,2}[A-Za-z0-9+/=\s]{20,4000}/,
    lead: 0,
    reach: LONGEST_BLOCK,
    neverPlaceholder: true,
    revoke: NEW_PAIR,
    positives: () => ['2: ssh-rsa', '3: ssh-ed25519', '3: ecdsa-sha2-nistp256'].map(puttyKey),
    negatives: () => [
      'files that start with PuTTY-User-Key-File-3: are keys',
      puttyKey('9: ssh-rsa'),
      puttyKey('2: ssh-rsa').replace('Private-Lines', 'Secret-Lines'),
    ],
  },
  token({
    id: 'age-secret-key',
    provider: 'age',
    title: 'age identity',
    kind: 'private-key',
    severity: 'critical',
    confidence: 'medium',
    keywords: [classicPrefix],
    format: `${classicPrefix}1[0-9A-Z]{58}|${hybridPrefix}1[0-9A-Z]{58}`,
    longest: 80,
    checksum: isBech32,
    revoke: { url: '', how: 'gitward keygen, then gitward member add and gitward rotate' },
    positives: () => [bech32Key(classicPrefix, 58), bech32Key(hybridPrefix, 58)].flatMap(inText),
    negatives: () => nearMisses(`${classicPrefix}1`, ageData(58).toUpperCase()),
  }),
  token({
    id: 'gitward-epoch-key',
    provider: 'gitward',
    title: 'gitward epoch key',
    kind: 'private-key',
    severity: 'critical',
    confidence: 'high',
    keywords: ['gitward-key/v1'],
    format: 'gitward-key/v1\\n(?:[ -~]{1,200}\\n){2,3}key [A-Za-z0-9+/]{43}=',
    neverPlaceholder: true,
    accepts: payload => !isCounting(payload.slice(-44)),
    longest: 900,
    revoke: { url: '', how: 'gitward rotate' },
    positives: () => [1, 2, 3].map(epochPayload),
    negatives: () => [
      'the payload starts with gitward-key/v1 and a line feed',
      epochPayload(1).replace('\nkey ', '\nkid '),
      epochPayload(1).replace('v1', 'v9'),
    ],
  }),
  {
    id: 'gitward-key-variable',
    provider: 'gitward',
    title: 'gitward epoch key in a variable',
    kind: 'private-key',
    shape: 'named',
    severity: 'critical',
    confidence: 'high',
    keywords: ['GITWARD_KEY'],
    anyCase: true,
    confirm: isAssigned,
    pattern: assignmentPattern(
      'GITWARD_KEY',
      '(?<secret>(?:[a-z0-9-]{1,32}=)?[A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])',
    ),
    lead: 0,
    reach: ASSIGNMENT_BYTES + 80,
    revoke: { url: '', how: 'gitward rotate' },
    positives: () => assigned('GITWARD_KEY', `prod=${filler(43, alphabets.base64)}=`),
    negatives: () => unassigned('GITWARD_KEY', filler(43, alphabets.base64)),
  },
  {
    id: 'dotenvx-private-key',
    provider: 'dotenvx',
    title: 'dotenvx private key',
    kind: 'private-key',
    shape: 'named',
    severity: 'critical',
    confidence: 'high',
    keywords: ['DOTENV_PRIVATE_KEY'],
    anyCase: true,
    confirm: isAssigned,
    pattern: assignmentPattern('DOTENV_PRIVATE_KEY', '(?<secret>[0-9a-f]{64})(?![0-9a-f])'),
    lead: 0,
    reach: ASSIGNMENT_BYTES + 80,
    revoke: { url: 'https://dotenvx.com/docs', how: 'dotenvx rotate' },
    positives: () => assigned('DOTENV_PRIVATE_KEY_PRODUCTION', filler(64, alphabets.hex)),
    negatives: () => unassigned('DOTENV_PRIVATE_KEY', filler(64, alphabets.hex)),
  },
]

/** True if the bytes count upwards by one: keys of worked examples, such as the ones in docs/SPEC.md. */
function isCounting(key: string): boolean {
  const bytes = fromBase64(key)
  return bytes !== null && bytes.every((byte, i) => i === 0 || byte === (bytes[i - 1]! + 1) % 256)
}

const puttyKey = (kind: string): string =>
  `PuTTY-User-Key-File-${kind}\nEncryption: none\nComment: key\nPublic-Lines: 1\n${filler(64)}\n` +
  `Private-Lines: 1\n${filler(64, alphabets.base64, 2)}\nPrivate-MAC: ${filler(40, alphabets.hex)}\n`

function epochPayload(seed: number): string {
  const key = `${filler(43, alphabets.base64, seed)}=`
  return `gitward-key/v1\nrepo ${filler(22)}==\nscope prod\nepoch 1\nkey ${key}\nmembers ${filler(43)}=\n`
}
