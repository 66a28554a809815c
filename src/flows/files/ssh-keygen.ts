import { spawn, type ChildProcess } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { errno, GitwardError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { shellWord } from '../../core/shell-word.ts'
import { utf8, type Bytes } from '../../core/bytes.ts'
import { formatSshsig, parseSshsig, SIGNATURE_NAMESPACE } from '../../envelope/signature.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { cannotRead } from '../disk.ts'
import { withPrivateCopy } from '../values/private-copy.ts'

/**
 * An SSHSIG over `message` by OpenSSH itself, which asks for passphrases and talks to agents. `key` is a private key
 * file, or a public one whose private half an agent holds.
 * @throws {GitwardError} IO if the file cannot be read or OpenSSH is missing, LOCKED if the key does not sign.
 */
export async function sshSign(env: Environment, key: string, message: Bytes): Promise<Bytes> {
  assertReadable(key)
  const done = await sshKeygen(env, ['-Y', 'sign', '-f', key, '-n', SIGNATURE_NAMESPACE], message)
  if (done.ok) return parseSshsig(done.said)
  if (done.why && /are too open|bad permissions/.test(done.why)) {
    throw new GitwardError('LOCKED', `${key} does not sign: others can read it, so ssh-keygen refuses it`, {
      hint: `chmod 600 ${shellWord(key)}`,
    })
  }
  throw new GitwardError('LOCKED', `${key} does not sign: ${done.why ?? 'ssh-keygen gives no reason'}`, {
    hint: `ssh-add ${shellWord(key)}`,
  })
}

/**
 * Who signed, by an allowed signers file (ssh-keygen's ALLOWED SIGNERS), whose options on time and namespace hold.
 * @throws {GitwardError} SIGNATURE unless `identity`, or anybody if it is undefined, is allowed to and did.
 */
export function sshVerify(
  env: Environment,
  { signers, identity }: { readonly signers: string; readonly identity: string | undefined },
  sshsig: Bytes,
  message: Bytes,
): Promise<string> {
  assertReadable(signers)
  return withPrivateCopy(env, 'sshsig', utf8(formatSshsig(sshsig)), async copy => {
    const from = ['-f', signers, '-s', copy]
    const signer = identity ?? (await findSigner(env, signers, from))
    const verify = ['-Y', 'verify', ...from, '-n', SIGNATURE_NAMESPACE, '-I', signer]
    const done = await sshKeygen(env, verify, message)
    if (done.ok) return signer
    const why = done.why ?? `${signers} gives ${signer} another key, or none`
    throw refused(`it is no signature of ${signer}: ${why}`, signers)
  })
}

/** The first identity whose key made the signature; that it verifies is not said yet. */
async function findSigner(env: Environment, signers: string, from: readonly string[]): Promise<string> {
  const done = await sshKeygen(env, ['-Y', 'find-principals', ...from], new Uint8Array(0))
  const [first] = done.said.split('\n')
  if (done.ok && first) return first
  throw refused(`nobody in ${signers} made it: ${done.why ?? 'no key fits'}`, signers)
}

const refused = (message: string, signers: string): GitwardError =>
  new GitwardError('SIGNATURE', message, { hint: `cat ${shellWord(signers)}` })

function assertReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (cause) {
    throw cannotRead(file, cause)
  }
}

interface Done {
  readonly ok: boolean
  readonly said: string
  /** What it complained about. */
  readonly why: string | null
}

/** Words of OpenSSH that are no complaint. */
const PROGRESS = /^Signing data on .*|^Enter passphrase[^:]*: /

async function sshKeygen(env: Environment, args: readonly string[], input: Bytes): Promise<Done> {
  const child = spawn('ssh-keygen', args, { env: { ...env, LC_ALL: 'C' }, stdio: 'pipe' })
  const stop = () => child.kill() // it may be waiting for a passphrase
  process.on('exit', stop)
  try {
    child.stdin.on('error', () => {}) // it stopped reading: its exit code says why
    child.stdin.end(input)
    const [said, complaints, ok] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      succeeds(child),
    ])
    const why = complaints.split(/\r?\n/).map(line => line.replace(PROGRESS, ''))
    return { ok, said, why: printable(why.filter(line => line !== '').join('; ')) || null }
  } finally {
    process.off('exit', stop)
  }
}

function succeeds(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.on('error', cause => reject(errno(cause) === 'ENOENT' ? missing() : cause))
    child.on('close', code => resolve(code === 0))
  })
}

const missing = () =>
  new GitwardError('IO', 'signatures need ssh-keygen of OpenSSH 8.2 or later, which is not here', {
    hint: 'sudo apt install openssh-client',
  })
