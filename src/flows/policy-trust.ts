import { GitwardError } from '../core/errors.ts'
import { indexEntries } from '../git/entries.ts'
import { currentBranch, type Repository } from '../git/repository.ts'
import { protectionOf } from '../policy/policy.ts'
import { isWeaker } from '../policy/weaker.ts'
import type { Context } from './context.ts'
import { PolicySource } from './policy-source.ts'
import { loadTrust, saveTrust, withLock, type HashedPolicy } from './state.ts'

/** The policy of the work tree. @throws {GitwardError} CONFIG if there is none or it cannot be read. */
export async function requirePolicy({ repository }: Pick<Context, 'repository'>): Promise<HashedPolicy> {
  const policy = await new PolicySource(repository).here()
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

/** True if some path of the index would lose protection. */
export function isWeakerHere(repository: Repository, trusted: HashedPolicy, found: HashedPolicy): boolean {
  if (trusted.hash === found.hash) return false
  return indexEntries({ cwd: repository.top }).some(({ path }) =>
    isWeaker(protectionOf(trusted.compiled, path), protectionOf(found.compiled, path)),
  )
}

/** `policy accept`: trusts the policy of this work tree, weaker or not, on this branch. */
export async function acceptPolicy(context: Context): Promise<HashedPolicy> {
  const policy = await requirePolicy(context)
  return withLock(context.repository, async () => {
    const trust = loadTrust(context.repository)
    if (!trust)
      throw new GitwardError('LOCKED', 'this machine trusts no policy yet', { hint: 'gitward unlock' })
    const accepted = [...trust.accepted, { hash: policy.hash, branch: currentBranch(context.repository) }]
    saveTrust(context.repository, { ...trust, policy, accepted })
    return policy
  })
}
