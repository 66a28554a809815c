import { chmodSync } from 'node:fs'
import path from 'node:path'
import { errno, GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { deleteRefsUnder } from '../../git/refs.ts'
import type { Context } from '../context.ts'
import { writeAttributes } from '../attributes.ts'
import { TEXTCONV_REFS } from '../gate/ref-updates.ts'
import { installHooks, recordedHooks } from '../hooks/install.ts'
import { ATTRIBUTES_PATH } from '../names.ts'
import { installInClone } from '../setup/install.ts'
import type { HashedPolicy } from '../state.ts'
import { ownIdentities, publicIdentities } from './keys.ts'
import { publicPlaces } from './state.ts'

/** What a clone lacks, a .gitattributes that fell behind its policy, what others can read, and a cache of plaintext. */
export function repair(context: Context, policy: HashedPolicy): void {
  const { repository, env } = context
  installInClone(context, policy)
  installHooks(context, recordedHooks(context))
  writeAttributes(path.join(repository.top, ATTRIBUTES_PATH), policy.compiled)
  deleteRefsUnder(TEXTCONV_REFS, { cwd: repository.top })
  for (const each of publicPlaces(repository)) makePrivate(each.path, each.mode)
  for (const file of publicIdentities(ownIdentities(env))) makePrivate(file, 0o600)
}

function makePrivate(file: string, mode: number): void {
  try {
    chmodSync(file, mode)
  } catch (cause) {
    throw new GitwardError('IO', `cannot keep ${file} from others: ${errno(cause) ?? 'unknown error'}`, {
      hint: `ls -ld ${shellWord(file)}`,
      cause,
    })
  }
}
