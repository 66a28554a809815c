import path from 'node:path'
import { sameBytes } from '../../core/bytes.ts'
import { shown } from '../../core/path.ts'
import { shellWord } from '../../core/shell-word.ts'
import { indexEntries, isRegularFile } from '../../git/entries.ts'
import { readBlob } from '../../git/objects.ts'
import type { Repository } from '../../git/repository.ts'
import type { Context } from '../context.ts'
import { attributesAreCurrent } from '../attributes.ts'
import { attributeFlaws, attributeFlawsHere } from '../gate/attributes.ts'
import { asStored } from '../gate/subjects.ts'
import { TreeReader } from '../gate/tree.ts'
import { readIfPresent } from '../disk.ts'
import { ATTRIBUTES_PATH } from '../names.ts'
import { infoAttributesFile, wantedInfoAttributes } from '../policy-source.ts'
import type { HashedPolicy } from '../state.ts'
import { fail, named, ok, type Diagnosis } from './diagnosis.ts'

export function attributesMatchPolicy(
  { repository: { top } }: Context,
  { compiled }: HashedPolicy,
): Diagnosis {
  if (attributesAreCurrent(path.join(top, ATTRIBUTES_PATH), compiled))
    return ok('.gitattributes says what the policy says')
  return fail(
    '.gitattributes does not say what the policy says: other clones would not encrypt',
    'gitward doctor --fix',
  )
}

export function infoAttributesMatchPolicy({ repository }: Context, { compiled }: HashedPolicy): Diagnosis {
  const wanted = wantedInfoAttributes(repository, compiled)
  if (attributesAreCurrent(infoAttributesFile(repository), wanted))
    return ok('info/attributes holds the managed block')
  return fail('info/attributes lacks the managed block', 'gitward doctor --fix')
}

/**
 * What other attributes do to tracked files: those of the index, under its own policy, in every clone; all that git
 * reads in this one.
 */
export async function attributesReachFiles(
  { repository }: Context,
  { compiled }: HashedPolicy,
): Promise<Diagnosis> {
  const entries = indexEntries({ cwd: repository.top }).filter(isRegularFile)
  const paths = entries.map(each => each.path)
  const tree = await new TreeReader(asStored(repository)).read(entries)
  const flaws = [
    ...(tree.judge ? attributeFlaws(repository, tree, tree.judge.policy, paths) : []),
    ...attributeFlawsHere(repository, compiled, paths),
  ]
  const flawed = [...new Set(flaws.map(each => shown(each.path)))]
  if (flawed.length === 0) return ok('no other attribute stands in the way of a protected file')
  return fail(
    `other attributes keep git from encrypting, or from keeping the bytes of, ${named(flawed)}`,
    isToBeStaged(repository) ? `git add ${ATTRIBUTES_PATH}` : `git check-attr -a -- ${shellWord(flawed[0]!)}`,
  )
}

/** True if the index has not the .gitattributes that stands in the work tree. */
function isToBeStaged({ top }: Repository): boolean {
  const present = readIfPresent(path.join(top, ATTRIBUTES_PATH))
  const staged = readBlob(`:${ATTRIBUTES_PATH}`, { cwd: top })
  return present !== null && !(staged && sameBytes(present, staged))
}
