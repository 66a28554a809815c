import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { isEnvelope, openEnvelope, recognise, type Envelope } from '../../envelope/recognise.ts'
import { findKey } from '../../keys/keyring.ts'
import { readInput, writeAtomic } from '../disk.ts'
import type { Keys } from '../filter/smudge-values.ts'
import { startSession, type FilterEffects, type FilterSession } from '../filter/session.ts'
import { assertMayWrite, ENVELOPE_SUFFIX } from './encrypt.ts'

export interface DecryptOptions {
  /** `-` for the bytes themselves. */
  readonly output?: string | undefined
  readonly force: boolean
}

/**
 * Opens one stand-alone envelope with this repository's keys.
 * @returns the file that was written, or the bytes when `output` is `-`.
 * @throws {GitwardError} USAGE if it is no envelope; LOCKED, UNKNOWN_KEY or TAMPERED if it does not open.
 */
export async function decryptFile(
  effects: FilterEffects,
  file: string,
  options: DecryptOptions,
): Promise<string | Bytes> {
  const envelope = readInput(file)
  const output = options.output ?? defaultOutput(file)
  if (output !== '-') assertMayWrite(output, options.force)
  const plaintext = openStandalone(startSession(effects), file, envelope)
  if (output === '-') return plaintext
  writeAtomic(path.resolve(output), plaintext, { mode: 0o600 })
  return output
}

/** Opens an envelope wherever it lies: no policy is asked. */
function openStandalone(session: FilterSession, file: string, bytes: Bytes): Bytes {
  if (bytes.length === 0) return bytes // empty stays empty
  const what = recognise(bytes)
  if (what.kind === 'plain')
    throw new GitwardError('USAGE', `${file} is not encrypted by gitward`, {
      hint: `gitward encrypt ${file}`,
    })
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw broken(what.reason, file)
  if (!isEnvelope(what)) {
    throw new GitwardError(
      'UNSUPPORTED_VERSION',
      `${file} is a portable envelope, which this gitward cannot open yet`,
      {
        hint: 'npm install --global gitward@latest',
      },
    )
  }
  const unlocked = findKey(session.keyring, what.kid)
  if (!unlocked) throw noKey(session, file, what.kid)
  return openNamed(unlocked.key, what, file)
}

/** Opens the envelope of `file`. @throws {GitwardError} TAMPERED, with the file's name. */
export function openNamed(key: EpochKey, envelope: Envelope, file: string): Bytes {
  try {
    return openEnvelope(key, envelope)
  } catch (error) {
    throw error instanceof GitwardError ? broken(error, file) : error
  }
}

/** What is wrong with the bytes of `file`, and where to look for better ones. */
export function broken({ code, message, hint, cause }: GitwardError, file: string): GitwardError {
  return new GitwardError(code, `${file}: ${message}`, { hint: hint ?? `git log -- '${file}'`, cause })
}

/** @throws never: makes the error for a key that is not unlocked here. */
export function noKey(keys: Pick<Keys, 'scopeOf'>, file: string, kid: Bytes): GitwardError {
  const scope = keys.scopeOf(kid)
  return scope === null
    ? new GitwardError('UNKNOWN_KEY', `${file}: its key is not one of this repository's`, {
        hint: 'run gitward inside the repository that it came from',
      })
    : new GitwardError('LOCKED', `${file}: scope ${scope} is locked here`, { hint: 'gitward unlock' })
}

function defaultOutput(file: string): string {
  if (file.endsWith(ENVELOPE_SUFFIX)) return file.slice(0, -ENVELOPE_SUFFIX.length)
  throw new GitwardError('USAGE', `${file} does not end in ${ENVELOPE_SUFFIX}: say where to write`, {
    hint: `gitward decrypt ${file} -o FILE`,
  })
}
