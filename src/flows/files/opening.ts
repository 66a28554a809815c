import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { Bytes } from '../../core/bytes.ts'
import { fileContext, type FileFront } from '../../envelope/file-header.ts'
import { openingMessage, openMessage, type FileMessage } from '../../envelope/file.ts'
import { findKey, type UnlockedKey } from '../../keys/keyring.ts'
import { isNoRepository } from '../../git/repository.ts'
import { startSession, type FilterSession } from '../filter/session.ts'
import type { FileEffects } from './effects.ts'
import { broken, noKey, sourceHint } from './open-envelope.ts'
import { openDataKey } from './portable.ts'
import { STANDARD_INPUT } from './standard-input.ts'

export interface OpeningChoice {
  /** Identity files named by hand, for portable files: only these are tried. */
  readonly identityFiles: readonly string[]
}

/**
 * What the chunks of a file envelope open with; its commitment is checked.
 * @throws {GitwardError} LOCKED, NOT_A_RECIPIENT, UNKNOWN_KEY or WRONG_KEY without the right key; TAMPERED, MALFORMED.
 */
export async function openingOf(
  effects: FileEffects,
  choice: OpeningChoice,
  file: string,
  header: FileFront,
): Promise<FileMessage> {
  if (!header.portable) {
    const { key } = keyOf(effects, file, header.kid)
    return checked(file, header, () => openingMessage(key, header))
  }
  const { key } = await openDataKey(file, header.keyslots, { ...effects, ...choice })
  return checked(file, header, () => portableMessage(key, header))
}

export const portableMessage = (dataKey: Bytes, { header, salt }: FileFront): FileMessage => ({
  inputKey: dataKey,
  salt,
  context: fileContext(header),
})

/** @throws {GitwardError} TAMPERED if the commitment does not verify, with the file's name. */
export function checked(file: string, header: FileFront, make: () => FileMessage): FileMessage {
  try {
    const message = make()
    openMessage(message, header)
    return message
  } catch (error) {
    throw error instanceof GitwardError ? broken(error, file, sourceHint(header)) : error
  }
}

/** The unlocked key of the repository around the work folder. @throws {GitwardError} GIT, LOCKED or UNKNOWN_KEY. */
export function keyOf(effects: FileEffects, file: string, kid: Bytes): UnlockedKey {
  const session = sessionFor(effects, file)
  const unlocked = findKey(session.keyring, kid)
  if (unlocked) return unlocked
  throw noKey(session, file, kid)
}

function sessionFor(effects: FileEffects, file: string): FilterSession {
  try {
    return startSession(effects)
  } catch (error) {
    if (!isNoRepository(error)) throw error
    const from = file === STANDARD_INPUT ? '-' : shellWord(path.resolve(effects.cwd, file))
    throw new GitwardError('GIT', `${file} opens with a repository's key, and ${error.message}`, {
      hint: `name the repository that it came from: gitward -C REPOSITORY decrypt ${from}`,
      cause: error,
    })
  }
}
