import { shown } from '../../core/path.ts'
import { shellWord } from '../../core/shell-word.ts'
import { fields, indexEntries } from '../../git/entries.ts'
import { hasRefUnder } from '../../git/refs.ts'
import { git } from '../../git/run.ts'
import { protectionOf } from '../../policy/policy.ts'
import type { Context } from '../context.ts'
import { TEXTCONV_REFS } from '../gate/ref-updates.ts'
import { sealAgain } from '../gate/to-finding.ts'
import { isOfDeadProcess, isStaleLock } from '../lock-file.ts'
import { isTemporaryPath } from '../names.ts'
import type { HashedPolicy } from '../state.ts'
import { status } from '../status/status.ts'
import { fail, named, ok, warn, type Diagnosis } from './diagnosis.ts'

const LINK = '120000'

/** git stores where a link leads, as it is: no filter sees it. */
export function noLinksAreProtected({ repository }: Context, { compiled }: HashedPolicy): Diagnosis {
  const links = indexEntries({ cwd: repository.top })
    .filter(({ mode, path }) => mode === LINK && protectionOf(compiled, path) !== null)
    .map(({ path }) => shown(path))
  if (links.length === 0) return ok('no protected file is a symbolic link')
  return fail(
    `${named(links)}: git never encrypts a symbolic link`,
    `put a file there, or: git rm --cached -- ${shellWord(links[0]!)}`,
  )
}

/** The index, file by file, without a key: `check` says where in them. */
export async function filesAreSealed(context: Context): Promise<Diagnosis[]> {
  const { found } = await status(context)
  const inState = (wanted: string) =>
    found.filter(({ state }) => state === wanted).map(({ path }) => shown(path))
  const [plain, moved] = [inState('plaintext'), inState('moved')]
  if (plain.length + moved.length === 0) return [ok('the index holds protected files as ciphertext')]
  return [
    ...(plain.length > 0
      ? [fail(`the index holds plaintext of ${named(plain)}`, sealAgainOrList(plain))]
      : []),
    ...(moved.length > 0 ? [fail(`ciphertext stands outside protection: ${named(moved)}`, LIST)] : []),
  ]
}

const LIST = 'gitward check --all'

/** A line holds a few names; `check` tells the rest. */
const sealAgainOrList = (plain: readonly string[]): string => (plain.length <= 3 ? sealAgain(plain) : LIST)

/** git keeps what a textconv prints as notes, and that is plaintext. */
export function noPlaintextIsCached({ repository }: Context): Diagnosis {
  if (!hasRefUnder(TEXTCONV_REFS, repository)) return ok('git caches no decrypted diffs')
  return fail(`${TEXTCONV_REFS} holds decrypted files, and a push can take it along`, 'gitward doctor --fix')
}

/** Of files beside their own, where work tree and .git are on different file systems. */
export function noTemporaryFilesAreLeft({ repository }: Context): Diagnosis {
  const added = indexEntries({ cwd: repository.top })
    .map(({ path }) => shown(path))
    .filter(isTemporaryPath)
  if (added.length > 0)
    return fail(
      `git holds ${named(added)}: left by a gitward that was killed, and may hold plaintext`,
      `git rm -f -- ${added.map(shellWord).join(' ')}`,
    )
  const patterns = ['*.tmp', '*.lock', '*.lock-*'].map(each => `:(top,glob)**/.gitward-${each}`)
  const listed = git(['ls-files', '-z', '--others', '--full-name', '--', ...patterns], {
    cwd: repository.top,
  })
  const left = fields(listed.stdout)
    .map(each => each.toString())
    .filter(each => isOfDeadProcess(each) || isLeftLock(`${repository.top}/${each}`))
  if (left.length === 0) return ok('no killed gitward left a file in the work tree')
  const risk = left.some(each => each.endsWith('.tmp')) ? ', and may hold plaintext' : ''
  return warn(
    `${named(left)}: left by a gitward that was killed${risk}`,
    `rm -- ${left.map(shellWord).join(' ')}`,
  )
}

/** Of a `rewrap`: who wrote it stands in it. */
const isLeftLock = (file: string): boolean => file.endsWith('.lock') && isStaleLock(file)
