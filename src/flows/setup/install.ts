import { installConfig } from '../../git/config.ts'
import type { Context } from '../context.ts'
import { writeInfoAttributes } from '../policy-source.ts'
import type { HashedPolicy } from '../state.ts'
import { installLfs } from './lfs.ts'

/** What git does not clone: filter, diff and merge settings, info/attributes, and the hooks of git-lfs. */
export function installInClone(context: Context, policy: HashedPolicy): void {
  installConfig(context.launcher, { cwd: context.repository.top })
  writeInfoAttributes(context.repository, policy)
  installLfs(context, policy.compiled)
}
