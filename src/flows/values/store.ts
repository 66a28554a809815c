import { sameBytes, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { pointerScope, protectionScopes } from '../../policy/policy.ts'
import { readInput, writeAtomic } from '../disk.ts'
import { clean } from '../filter/clean.ts'
import { loadKeyring, scratchFolder, withLock } from '../state.ts'
import type { Opened } from './open.ts'
import type { WorkFile } from './work-file.ts'

/** How a file was written: as ciphertext, or as plaintext that `git add` encrypts, or that nothing protects. */
export type StoredAs = 'sealed' | 'plaintext'

/**
 * Writes new plaintext in the form that the file has in this work tree: tokens and envelopes where it was locked
 * (it `wasSealed`, or only the environment holds the key), sealed by what `git add` runs; else as it is. The file changes at once or not at all, and keeps its mode.
 * @throws {GitwardError} DIRTY if somebody else changed the file meanwhile, and whatever `clean` refuses.
 */
export async function store(
  work: WorkFile,
  plaintext: Bytes,
  { wasSealed }: Pick<Opened, 'wasSealed'>,
): Promise<StoredAs> {
  const { session, path, file, bytes, name } = work
  const isSealed = session !== null && (wasSealed || isLockedHere(work))
  const written = isSealed ? await clean(session, path, plaintext) : plaintext
  if (!sameBytes(readInput(file), bytes))
    throw new GitwardError('DIRTY', `${name} was changed by somebody else meanwhile`, {
      hint: `git diff -- ${shellWord(name)}`,
    })
  await replace(work, written)
  return isSealed ? 'sealed' : 'plaintext'
}

/** In a repository the temporary file lies in the private folder: `git add` must not find what a crash left. */
async function replace({ session, file }: WorkFile, bytes: Bytes): Promise<void> {
  if (!session) return writeAtomic(file, bytes)
  const { repository } = session
  await withLock(repository, async () => writeAtomic(file, bytes, { scratch: scratchFolder(repository) }))
}

/** True if only the environment holds keys for this path: the work tree of a locked clone stays ciphertext. */
function isLockedHere({ session, protection }: WorkFile): boolean {
  if (!session || !protection) return false
  const scopes = protectionScopes(protection)
  const holds = (keyring: readonly { readonly scope: string }[]) =>
    keyring.some(({ scope }) => scopes.includes(scope))
  return holds(session.keyring) && !holds(loadKeyring(session.repository))
}

/** @throws {GitwardError} LOCKED if the policy seals this value and no key of its scope is at hand. */
export function assertUnlocked({ name, session, protection }: WorkFile, pointer: string): void {
  const scope = protection && pointerScope(protection, pointer)
  if (scope === null || (session && keysOfScope(session.keyring, scope).length > 0)) return
  throw new GitwardError(
    'LOCKED',
    `${name}: ${pointer}: scope ${scope} is locked here: nothing was written`,
    {
      hint: 'gitward unlock',
    },
  )
}
