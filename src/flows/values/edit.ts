import path from 'node:path'
import { decodeUtf8, sameBytes, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { protectionScopes } from '../../policy/policy.ts'
import { keysOfScope } from '../../keys/keyring.ts'
import { noneSealed } from '../../formats/format.ts'
import { loadFormat } from '../../formats/table.ts'
import { readInput } from '../disk.ts'
import type { FilterEffects } from '../filter/session.ts'
import { locateValues } from '../filter/located.ts'
import { openEditor } from './editor-program.ts'
import { openStrictly } from './open.ts'
import { withPrivateCopy } from './private-copy.ts'
import { store, type StoredAs } from './store.ts'
import { workFile, type WorkFile } from './work-file.ts'

export interface EditEffects extends FilterEffects {
  /** Asks the person at the terminal; null where there is none. */
  readonly confirm: ((question: string) => Promise<boolean>) | null
}

/**
 * Opens the user's editor on a decrypted copy, and stores what comes back as `set` would.
 * @returns how it was stored; null if nothing changed.
 * @throws {GitwardError} as `openStrictly`; LOCKED without a key; CONFIG for text that does not parse, which the
 *   person did not want to mend. The file is untouched then.
 */
export async function editFile(effects: EditEffects, name: string): Promise<StoredAs | null> {
  const work = await workFile(effects, name)
  const opened = await openStrictly(work)
  const { bytes } = opened
  assertAllUnlocked(work)
  return withPrivateCopy(effects.env, path.basename(work.file), bytes, async copy => {
    const edited = await editedBytes(effects, work, copy)
    return sameBytes(edited, bytes) ? null : store(work, edited, opened)
  })
}

async function editedBytes(effects: EditEffects, work: WorkFile, copy: string): Promise<Bytes> {
  for (;;) {
    await openEditor(copy, effects.cwd, effects.env)
    const edited = readInput(copy)
    const problem = await syntaxError(work, edited)
    if (!problem) return edited
    const isToBeMended = await effects.confirm?.(`${problem.message}: edit again?`)
    if (!isToBeMended) throw problem
  }
}

/** What keeps git from sealing the values of this text. */
async function syntaxError(
  { name, format, protection }: WorkFile,
  bytes: Bytes,
): Promise<GitwardError | null> {
  if (format === null || protection?.mode === 'whole') return null
  const broken = (reason: string) =>
    new GitwardError('CONFIG', `${name}:${reason}`, {
      hint: `nothing was written: gitward edit ${shellWord(name)}`,
    })
  const text = decodeUtf8(bytes)
  if (text === null) return broken(' not UTF-8 text')
  const known = await loadFormat(format)
  try {
    locateValues(known, text, noneSealed)
    return null
  } catch (error) {
    if (hasCode(error, 'MALFORMED')) return broken(error.message)
    throw error
  }
}

function assertAllUnlocked({ name, session, protection }: WorkFile): void {
  const scopes = protection ? protectionScopes(protection) : []
  const locked = scopes.find(scope => keysOfScope(session!.keyring, scope).length === 0)
  if (locked === undefined) return
  throw new GitwardError('LOCKED', `${name}: scope ${locked} is locked here: nothing was written`, {
    hint: 'gitward unlock',
  })
}
