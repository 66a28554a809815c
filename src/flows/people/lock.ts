import { GitwardError } from '../../core/errors.ts'
import { workTreesOf } from '../../git/repository.ts'
import type { Context } from '../context.ts'
import { PolicySource } from '../policy-source.ts'
import { saveKeyring, withLock } from '../state.ts'
import { assertNoEdits, closeWorkTree, type OnProgress } from '../work-tree.ts'

/**
 * Puts ciphertext back into every work tree of the repository, then forgets the keys; pins stay.
 * @throws {GitwardError} DIRTY, before anything is changed, if a protected file has edits that would be lost.
 */
export async function lock(context: Context, onProgress?: OnProgress): Promise<{ closed: number }> {
  if (context.env['GITWARD_KEY'] || context.env['GITWARD_KEY_CMD']) {
    throw new GitwardError(
      'USAGE',
      'GITWARD_KEY or GITWARD_KEY_CMD is set: the repository would stay unlocked',
      {
        hint: 'unset GITWARD_KEY GITWARD_KEY_CMD',
      },
    )
  }
  return withLock(context.repository, async () => {
    const workTrees = await protectedWorkTrees(context)
    for (const each of workTrees) await assertNoEdits(each, onProgress)
    let closed = 0
    for (const each of workTrees) closed += (await closeWorkTree(each, onProgress)).rewritten
    saveKeyring(context.repository, [])
    return { closed }
  })
}

/** Linked work trees share the keys. One whose branch has no policy holds nothing to close; this one must have it. */
async function protectedWorkTrees(context: Context): Promise<Context[]> {
  const found: Context[] = []
  for (const repository of workTreesOf(context.repository)) {
    const isHere = repository.top === context.repository.top
    if (isHere || (await new PolicySource(repository, context.warn).here()) !== null)
      found.push({ ...context, repository })
  }
  return found
}
