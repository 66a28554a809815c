import { shannon } from '../entropy.ts'
import type { Rule } from '../rule.ts'
import { alphabets, filler } from './samples.ts'

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
]

const puttyKey = (kind: string): string =>
  `PuTTY-User-Key-File-${kind}\nEncryption: none\nComment: key\nPublic-Lines: 1\n${filler(64)}\n` +
  `Private-Lines: 1\n${filler(64, alphabets.base64, 2)}\nPrivate-MAC: ${filler(40, alphabets.hex)}\n`
