import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { sealFile } from '../../envelope/file.ts'
import { sealJson } from '../../envelope/json.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { startSession, type FilterEffects } from '../filter/session.ts'
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
  const [newest] = keysOfScope(session.keyring, options.scope)
  if (!newest)
    throw new GitwardError('LOCKED', `scope ${options.scope} is locked here`, { hint: 'gitward unlock' })
  const sealed = options.format === 'json' ? sealJson(newest.key, plaintext) : sealFile(newest.key, plaintext)
  writeAtomic(path.resolve(output), sealed)
  return output
}

/** @throws {GitwardError} USAGE if the file exists and nobody said --force. */
export function assertMayWrite(output: string, force: boolean): void {
  if (force || !existsAlready(output)) return
  throw new GitwardError('USAGE', `${output} exists`, { hint: 'choose another name with -o, or add --force' })
}
