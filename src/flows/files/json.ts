import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import type { FileEffects } from './effects.ts'
import { broken, openNamed } from './open-envelope.ts'
import { keyOf } from './opening.ts'

/** Opens a JSON envelope that is in memory. @throws {GitwardError} as `decryptFile`. */
export function openJsonBytes(effects: FileEffects, name: string, bytes: Bytes): Bytes {
  const what = recognise(bytes)
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw broken(what.reason, name)
  if (!isEnvelope(what)) throw notEncrypted(name)
  return openNamed(keyOf(effects, name, what.kid).key, what, name)
}

export const STANDARD_INPUT = 'standard input'

export const notEncrypted = (name: string): GitwardError =>
  new GitwardError('USAGE', `${name} is not encrypted by gitward`, {
    hint: name === STANDARD_INPUT ? 'gitward inspect FILE' : `gitward encrypt ${name}`,
  })
