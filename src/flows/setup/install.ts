import { installConfig } from '../../git/config.ts'
import type { Context } from '../context.ts'
import { writeInfoAttributes } from '../policy-source.ts'
import type { HashedPolicy } from '../state.ts'

/** What git does not clone: filter, diff and merge settings, and info/attributes. */
export function installInClone({ repository, launcher }: Context, policy: HashedPolicy): void {
  installConfig(launcher, { cwd: repository.top })
  writeInfoAttributes(repository, policy)
}
