import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf } from '../../core/path.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { sealFile } from '../../envelope/file.ts'
import { sealJson } from '../../envelope/json.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { assertSealable, newestKnownEpoch } from '../filter/seal.ts'
import { startSession, type FilterEffects, type FilterSession } from '../filter/session.ts'
import { noSuchScope } from '../people/scope.ts'
import { existsAlready, readInput, writeAtomic } from '../disk.ts'

export interface EncryptOptions {
  readonly scope: string
  readonly format: 'binary' | 'json'
  readonly output?: string | undefined
  readonly force: boolean
}

export const ENVELOPE_SUFFIX = '.gitward'

/**
 * Seals one file under the repository's newest key of a scope; writes `FILE.gitward` unless told otherwise.
 * @returns the file that was written.
 */
export async function encryptFile(
  effects: FilterEffects,
  file: string,
  options: EncryptOptions,
): Promise<string> {
  const plaintext = readInput(file)
  if (isEnvelope(recognise(plaintext)) && !options.force) {
    throw new GitwardError('USAGE', `${file} is encrypted already`, { hint: `gitward decrypt ${file}` })
  }
  const output = options.output ?? file + ENVELOPE_SUFFIX
  assertMayWrite(output, options.force)
  const session = startSession(effects)
  const key = sealingKey(session, file, options.scope)
  const sealed = options.format === 'json' ? sealJson(key, plaintext) : sealFile(key, plaintext)
  writeAtomic(path.resolve(output), sealed)
  return output
}

/** The newest key of a scope. @throws {GitwardError} USAGE for an unknown scope, LOCKED if it is not unlocked. */
function sealingKey(session: FilterSession, file: string, scope: string): EpochKey {
  if (!session.epochFiles().some(each => each.scope === scope)) throw noSuchScope(scope)
  const keys = keysOfScope(session.keyring, scope)
  assertSealable(gitPathOf(file), scope, keys, newestKnownEpoch(session, scope))
  return keys[0]!.key
}

/** @throws {GitwardError} USAGE if the file exists and nobody said --force. */
export function assertMayWrite(output: string, force: boolean): void {
  if (force || !existsAlready(output)) return
  throw new GitwardError('USAGE', `${output} exists`, { hint: 'choose another name with -o, or add --force' })
}
