import type { Bytes } from '../core/bytes.ts'

/** What an age file says of itself to everybody. */
export interface AgeHeader {
  /** A word for each recipient, in order. */
  readonly kinds: readonly string[]
  readonly isPassphrase: boolean
}

const VERSION_LINE = 'age-encryption.org/v1\n'
const MAX_HEADER_BYTES = 1 << 20
const KINDS: Readonly<Record<string, string>> = {
  X25519: 'X25519',
  mlkem768x25519: 'post-quantum hybrid',
  scrypt: 'passphrase',
  'ssh-ed25519': 'SSH Ed25519',
  'ssh-rsa': 'SSH RSA',
  'piv-p256': 'hardware key (P-256)',
  p256tag: 'hardware key (P-256)',
  mlkem768p256tag: 'post-quantum hardware key',
}

/** Reads the stanzas of a binary age file; no key is used and nothing is authenticated. Null if it is none. */
export function readAgeHeader(file: Bytes): AgeHeader | null {
  const text = Buffer.from(file.subarray(0, MAX_HEADER_BYTES)).toString('latin1')
  const end = text.search(/^--- /m)
  if (!text.startsWith(VERSION_LINE) || end === -1) return null
  const types = Array.from(text.slice(0, end).matchAll(/^-> (\S+)/gm), match => match[1]!)
  const known = types.filter(type => !type.endsWith('-grease'))
  return { kinds: known.map(type => KINDS[type] ?? type), isPassphrase: types.includes('scrypt') }
}
