import { utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { printable } from '../../core/printable.ts'
import type { IsSealed } from '../../formats/format.ts'
import { pointerScope, type SealedValues } from '../../policy/policy.ts'
import type { HashedPolicy } from '../state.ts'
import { heldValues } from './held-values.ts'
import { draftJudge, strictJudge, type Job, type Judge } from './judge-values.ts'
import { locateValues, type LocatedText } from './located.ts'
import { formatFor, inPath, textOf } from './readable.ts'
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
