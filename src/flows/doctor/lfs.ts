import { assertLfs } from '../../git/lfs.ts'
import { usesLfs } from '../../policy/policy.ts'
import type { Context } from '../context.ts'
import { hasLfsPushHook, LFS_HOOK_HINT } from '../setup/lfs-hook.ts'
import type { HashedPolicy } from '../state.ts'
import { ok, warn, type Diagnosis } from './diagnosis.ts'

/** Silent where the policy keeps no file in git-lfs. */
export function lfsIsReady({ repository }: Context, { compiled }: HashedPolicy): Diagnosis[] {
  if (!usesLfs(compiled)) return []
  assertLfs({ cwd: repository.top })
  if (hasLfsPushHook(repository)) return [ok('git-lfs is here, and its pre-push hook is')]
  return [warn('a push would leave files in git-lfs behind: their pre-push hook is missing', LFS_HOOK_HINT)]
}
