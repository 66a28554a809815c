import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { quoted } from '../../core/shell-word.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { openEnvelope, type Envelope } from '../../envelope/recognise.ts'
import type { Keys } from '../filter/smudge-values.ts'
import { STANDARD_INPUT } from './standard-input.ts'

/** Opens the envelope of `file`. @throws {GitwardError} TAMPERED, with the file's name. */
export function openNamed(key: EpochKey, envelope: Envelope, file: string): Bytes {
  try {
    return openEnvelope(key, envelope)
  } catch (error) {
    throw error instanceof GitwardError ? broken(error, file) : error
  }
}

/** What is wrong with the bytes of `file`, and where to look for better ones: in git, unless `elsewhere` says. */
export function broken(
  { code, message, hint, cause }: GitwardError,
  file: string,
  elsewhere = file === STANDARD_INPUT ? FETCH_AGAIN : `git log -- ${quoted(file)}`,
): GitwardError {
  return new GitwardError(code, `${file}: ${message}`, { hint: hint ?? elsewhere, cause })
}

/** What helps where git may never have seen the file. */
export const FETCH_AGAIN = 'fetch it again from where it came from'

/** No envelope is empty: a download that failed is, and so is what a broken pipe brings. */
export const cutToNothing = (name: string): GitwardError =>
  new GitwardError('TAMPERED', `${name} is empty: it was cut short, or never encrypted`, {
    hint: FETCH_AGAIN,
  })

/** Where the bytes of a file envelope come from. */
export const sourceHint = ({ portable }: { readonly portable: boolean }): string | undefined =>
  portable ? FETCH_AGAIN : undefined

/** Names the file in whatever `work` finds wrong. */
export async function orBroken(file: string, work: Promise<void>, elsewhere?: string): Promise<void> {
  try {
    await work
  } catch (error) {
    throw error instanceof GitwardError ? broken(error, file, elsewhere) : error
  }
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
