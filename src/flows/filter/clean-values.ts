import { decodeUtf8, utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { printable } from '../../core/printable.ts'
import type { Format, IsSealed } from '../../formats/format.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { pointerScope, type SealedValues } from '../../policy/policy.ts'
import type { HashedPolicy } from '../state.ts'
import { heldValues } from './held-values.ts'
import { draftJudge, strictJudge, type Job, type Judge } from './judge-values.ts'
import { locateValues, type LocatedText } from './located.ts'
import type { FilterSession } from './session.ts'

/**
 * Seals the values that the policy selects, each where it stands; all other bytes stay as they are.
 * @throws {GitwardError} CONFIG for an unknown format or text that is not UTF-8, MALFORMED with line and column
 *   for text that does not parse, and whatever forbids one value to enter the object store.
 */
export async function cleanValues(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  policy: HashedPolicy | null,
  protection: SealedValues,
): Promise<Bytes> {
  const job: Job = { session, path, protection, policy, format: await formatFor(path) }
  const isSealed: IsSealed = pointer => pointerScope(protection, pointer) !== null
  const located = locatedIn(job, textOf(path, bytes), isSealed)
  return judged(job, judge => utf8(inPath(path, () => located.replace(judge, isSealed))))
}

/** The file after its judges; the draft comes first, for it finds an unchanged file without reading what git holds. */
function judged(job: Job, replaced: (judge: Judge) => Bytes): Bytes {
  const { held } = job.session
  const draft = () => replaced(draftJudge(job))
  if (held.knows(job.path)) {
    const drafted = draft()
    if (held.holds(job.path, drafted)) return drafted
  }
  let isRenamed: boolean | undefined
  const values = heldValues(job.format, held.contents(job.path))
  return replaced(strictJudge(job, values, () => (isRenamed ??= held.holdsAnywhere(draft()))))
}

function locatedIn({ path, format }: Job, text: string, isSealed: IsSealed): LocatedText {
  const located = inPath(path, () => locateValues(format, text, isSealed))
  const torn = located.torn.find(isSealed)
  if (torn === undefined) return located
  throw new GitwardError('REFUSED', `${shown(path)}: ${printable(torn)} is torn by a conflict marker`, {
    hint: 'resolve the conflict, then git add it',
  })
}

function textOf(path: GitPath, bytes: Bytes): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw inseparable(path, 'it is not UTF-8 text')
  // no format allows them, yet a parser may read UTF-16 as one long word
  if (text.includes('\0')) throw inseparable(path, 'it holds NUL bytes')
  return text
}

async function formatFor(path: GitPath): Promise<Format> {
  const name = formatNameOf(path)
  if (name !== null) return loadFormat(name)
  throw inseparable(path, 'its format is unknown')
}

/** Puts the path in front of what a parser or the relocation check said, with the way out. */
function inPath<T>(path: GitPath, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!hasCode(error, 'MALFORMED', 'REFUSED') || error.hint !== undefined) throw error
    const separator = error.code === 'MALFORMED' ? ':' : ': '
    throw new GitwardError(error.code, `${shown(path)}${separator}${printable(error.message)}`, {
      hint: `mend the file, or encrypt all of it: ${wholeHint(path)}`,
    })
  }
}

const inseparable = (path: GitPath, why: string) =>
  new GitwardError('CONFIG', `${shown(path)}: its values cannot be told apart, for ${why}`, {
    hint: wholeHint(path),
  })

const wholeHint = (path: GitPath): string => `gitward protect --whole '${shown(path)}'`
