import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf } from '../../core/path.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { findKey } from '../../keys/keyring.ts'
import { protectionOf, protectionScopes } from '../../policy/policy.ts'
import { startSession, type FilterEffects } from '../filter/session.ts'
import { broken, noKey, openNamed } from './decrypt.ts'
import { readInput } from '../disk.ts'

/**
 * The plaintext of a file of the work tree, whether it stands there encrypted or not. Unlike smudge it fails
 * where the bytes are not what they should be.
 * @throws {GitwardError} LOCKED, UNKNOWN_KEY, WRONG_SCOPE, TAMPERED, MALFORMED.
 */
export async function catFile(effects: FilterEffects, file: string): Promise<Bytes> {
  const bytes = readInput(file)
  const what = recognise(bytes)
  if (what.kind === 'plain') return bytes
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw broken(what.reason, file)
  if (!isEnvelope(what))
    throw new GitwardError('USAGE', `${file} is a portable envelope`, { hint: `gitward decrypt ${file}` })
  const session = startSession(effects)
  const unlocked = findKey(session.keyring, what.kid)
  if (!unlocked) throw noKey(session, file, what.kid)
  const policy = await session.policies.here()
  const relative = path.relative(session.repository.top, path.resolve(effects.cwd, file))
  const protection = policy && protectionOf(policy.compiled, gitPathOf(relative.split(path.sep).join('/')))
  if (!protection || !protectionScopes(protection).includes(unlocked.scope)) {
    throw new GitwardError(
      'WRONG_SCOPE',
      `${file}: the policy does not let this path open ciphertext of scope ${unlocked.scope}`,
      {
        hint: `gitward decrypt ${file} -o -`,
      },
    )
  }
  return openNamed(unlocked.key, what, file)
}
