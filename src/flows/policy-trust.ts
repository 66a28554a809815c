import { GitwardError } from '../core/errors.ts'
import { indexEntries } from '../git/entries.ts'
import { currentBranch, type Repository } from '../git/repository.ts'
import type { GitPath } from '../core/path.ts'
import { protectionOf } from '../policy/policy.ts'
import { mayWeaken, mayWeakenPaths } from '../policy/weaker.ts'
import type { Context } from './context.ts'
import { PolicySource } from './policy-source.ts'
import { loadTrust, NO_POLICY, saveTrust, withLock, type HashedPolicy } from './state.ts'

/** The policy of the work tree. @throws {GitwardError} CONFIG if there is none or it cannot be read. */
export async function requirePolicy({
  repository,
  warn,
}: Pick<Context, 'repository' | 'warn'>): Promise<HashedPolicy> {
  const policy = await new PolicySource(repository, warn).here()
  if (policy) return policy
  throw new GitwardError('CONFIG', 'this repository has no gitward policy (.gitward/config.yaml)', {
    hint: 'gitward init',
  })
}

/** The policy to trust from now on: the new one, unless it protects a tracked file less than the old. */
export function policyToTrust(
  repository: Repository,
  trusted: HashedPolicy | null,
  found: HashedPolicy,
): HashedPolicy {
  return trusted && isWeakerHere(repository, trusted, found) ? trusted : found
}

/** True if some path of the index would lose protection, or some path that may come. */
export function isWeakerHere(repository: Repository, trusted: HashedPolicy, found: HashedPolicy): boolean {
  if (trusted.hash === found.hash) return false
  const paths = indexEntries({ cwd: repository.top }).map(({ path }) => path)
  const loses = (path: GitPath) =>
    mayWeaken(protectionOf(trusted.compiled, path), protectionOf(found.compiled, path))
  return paths.some(loses) || mayWeakenPaths(trusted.compiled, found.compiled)
}

/**
 * `policy accept`: trusts the policy of this work tree, weaker or not, on this branch. A branch that has none
 * goes on without; what is trusted elsewhere stays.
 */
export async function acceptPolicy({ repository, warn }: Context): Promise<void> {
  const policy = await new PolicySource(repository, warn).here()
  await withLock(repository, async () => {
    const trust = loadTrust(repository)
    if (!trust)
      throw new GitwardError('LOCKED', 'this machine trusts no policy yet', { hint: 'gitward unlock' })
    const acceptance = { hash: policy?.hash ?? NO_POLICY, branch: currentBranch(repository) }
    saveTrust(repository, {
      ...trust,
      policy: policy ?? trust.policy,
      accepted: [...trust.accepted, acceptance],
    })
  })
}
