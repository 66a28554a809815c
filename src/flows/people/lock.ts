import { GitwardError } from '../../core/errors.ts'
import type { Context } from '../context.ts'
import { saveKeyring, withLock } from '../state.ts'
import { closeWorkTree } from '../work-tree.ts'

/**
 * Puts ciphertext back into the work tree, then forgets the keys; pins stay.
 * @throws {GitwardError} DIRTY if a protected file has changes that would be lost.
 */
export async function lock(context: Context): Promise<{ closed: number }> {
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
    const { rewritten } = await closeWorkTree(context)
    saveKeyring(context.repository, [])
    return { closed: rewritten }
  })
}
