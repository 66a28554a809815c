import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { errno, GitwardError } from '../../core/errors.ts'
import { printable } from '../../core/printable.ts'
import { shellWord } from '../../core/shell-word.ts'
import { decodeUtf8, utf8, type Bytes } from '../../core/bytes.ts'
import { formatSshsig, parseSshsig, SIGNATURE_NAMESPACE } from '../../envelope/signature.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { cannotRead } from '../disk.ts'
import { withPrivateCopy } from '../values/private-copy.ts'

/**
 * An SSHSIG over `message` by OpenSSH itself, which asks for passphrases and talks to agents. `key` is a private key
 * file, or a public one whose private half an agent holds.
 * @throws {GitwardError} IO if the file cannot be read or OpenSSH is missing, LOCKED if the key does not sign.
 */
export function sshSign(env: Environment, key: string, message: Bytes): Bytes {
  assertReadable(key)
  const done = sshKeygen(env, ['-Y', 'sign', '-f', key, '-n', SIGNATURE_NAMESPACE], message)
  if (done.ok) return parseSshsig(done.said)
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
    const signer = identity ?? findSigner(env, signers, from)
    const verify = ['-Y', 'verify', ...from, '-n', SIGNATURE_NAMESPACE, '-I', signer]
    const done = sshKeygen(env, verify, message)
    if (done.ok) return signer
    const why = done.why ?? `${signers} gives ${signer} another key, or none`
    throw refused(`it is no signature of ${signer}: ${why}`, signers)
  })
}

/** The first identity whose key made the signature; that it verifies is not said yet. */
function findSigner(env: Environment, signers: string, from: readonly string[]): string {
  const done = sshKeygen(env, ['-Y', 'find-principals', ...from], new Uint8Array(0))
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

function sshKeygen(env: Environment, args: readonly string[], input: Bytes): Done {
  const done = spawnSync('ssh-keygen', args, { input, env: { ...env, LC_ALL: 'C' }, maxBuffer: 1 << 20 })
  if (errno(done.error) === 'ENOENT')
    throw new GitwardError('IO', 'signatures need ssh-keygen of OpenSSH 8.2 or later, which is not here', {
      hint: 'sudo apt install openssh-client',
    })
  if (done.error && errno(done.error) !== 'EPIPE') throw done.error
  const complaints = (decodeUtf8(done.stderr) ?? '')
    .split(/\r?\n/)
    .map(line => line.replace(PROGRESS, ''))
    .filter(line => line !== '')
  return {
    ok: done.status === 0,
    said: decodeUtf8(done.stdout) ?? '',
    why: complaints.length > 0 ? printable(complaints.join('; ')) : null,
  }
}
