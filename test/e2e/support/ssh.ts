import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Person } from './world.ts'

export type SshKind = 'ed25519' | 'rsa'

/** Makes an SSH key; the path of its private half. */
export function newSshKey(person: Person, name: string, kind: SshKind = 'ed25519', passphrase = ''): string {
  const file = path.join(person.home, name)
  const bits = kind === 'rsa' ? ['-b', '2048'] : []
  const args = ['-q', '-t', kind, '-N', passphrase, '-C', '', '-f', file, ...bits]
  person.run(person.home, 'ssh-keygen', args)
  return file
}

export interface AllowedSigner {
  readonly identity: string
  readonly key: string
  /** As ssh-keygen(1) lists them: `valid-before="20200101"`. */
  readonly options?: string
}

/** Writes an allowed signers file. */
export function allowSigners(file: string, signers: readonly AllowedSigner[]): void {
  const lines = signers.map(({ identity, key, options = '' }) => {
    const publicKey = readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    return [identity, options, publicKey].filter(Boolean).join(' ').trim()
  })
  writeFileSync(file, lines.map(line => `${line}\n`).join(''))
}

const LP = (text: string): Buffer => {
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(Buffer.byteLength(text)))
  return Buffer.concat([length, Buffer.from(text)])
}

/** SPEC "Signatures", written a second time: the message that a `.sig` text says was signed. */
export function messageOf(sig: string): Buffer {
  const lines = sig.split('\n').map(line => line.split(/ (.*)/))
  const all = (name: string) => lines.filter(([first]) => first === name).map(([, rest]) => rest!)
  const one = (name: string) => all(name)[0] ?? ''
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(one('length')))
  return Buffer.concat([
    ...['context', 'name', 'round'].map(word => LP(one(word))),
    Buffer.from(one('salt'), 'base64'),
    Buffer.from(one('commitment'), 'base64'),
    length,
    ...all('leaf').map(leaf => Buffer.from(leaf, 'base64')),
  ])
}

/** The same text with a signature by another key, or for another purpose. */
export function signedAgain(person: Person, sig: string, key: string, namespace = 'gitward-file-v1'): string {
  const args = ['-Y', 'sign', '-f', key, '-n', namespace]
  const { stdout } = person.run(person.home, 'ssh-keygen', args, { input: messageOf(sig) })
  return sig.slice(0, sig.indexOf('-----BEGIN')) + stdout
}
