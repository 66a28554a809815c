import { GitwardError } from '../core/errors.ts'
import type { GitPath } from '../core/path.ts'
import { formatNameOf, loadFormat } from '../formats/table.ts'
import { indexEntries, isRegularFile } from '../git/entries.ts'
import { readBlobs } from '../git/objects.ts'
import { currentBranch, type Repository } from '../git/repository.ts'
import { protectionOf, type Protection } from '../policy/policy.ts'
import { isWeaker, weakerPointer } from '../policy/weaker.ts'
import type { Context } from './context.ts'
import { valuesIn } from './filter/held-values.ts'
import { PolicySource } from './policy-source.ts'
import { loadTrust, NO_POLICY, saveTrust, withLock, type HashedPolicy } from './state.ts'

/** The policy of the work tree. @throws {GitwardError} CONFIG if there is none or it cannot be read. */
export async function requirePolicy({ repository }: Pick<Context, 'repository'>): Promise<HashedPolicy> {
  const policy = await new PolicySource(repository).here()
  if (policy) return policy
  throw new GitwardError('CONFIG', 'this repository has no gitward policy (.gitward/config.yaml)', {
    hint: 'gitward init',
  })
}

/** The policy to trust from now on: the new one, unless it protects what is tracked less than the old. */
export async function policyToTrust(
  repository: Repository,
  trusted: HashedPolicy | null,
  found: HashedPolicy,
): Promise<HashedPolicy> {
  return trusted && (await isWeakerHere(repository, trusted, found)) ? trusted : found
}

/** True if some path of the index would lose protection, or some value in one. */
export async function isWeakerHere(
  repository: Repository,
  trusted: HashedPolicy,
  found: HashedPolicy,
): Promise<boolean> {
  if (trusted.hash === found.hash) return false
  const entries = indexEntries({ cwd: repository.top }).filter(isRegularFile)
  const changes = entries.map(({ path, id }) => ({
    path,
    id,
    pinned: protectionOf(trusted.compiled, path),
    now: protectionOf(found.compiled, path),
  }))
  if (changes.some(({ pinned, now }) => isWeaker(pinned, now))) return true
  const inValues = changes.filter(({ pinned, now }) => pinned?.mode === 'values' && !isSame(pinned, now))
  const blobs = readBlobs(
    inValues.map(({ id }) => id),
    { cwd: repository.top },
  )
  for (const change of inValues) if (await losesValue(change, blobs.get(change.id)!)) return true
  return false
}

interface Change {
  readonly path: GitPath
  readonly pinned: Protection | null
  readonly now: Protection | null
}

/** True if a value of the content would be plain from now on. */
async function losesValue({ path, pinned, now }: Change, content: Buffer): Promise<boolean> {
  const name = formatNameOf(path)
  const values = name === null ? null : valuesIn(await loadFormat(name), content)
  return values?.some(({ pointer }) => weakerPointer(pinned, now, pointer)) ?? false
}

const isSame = (one: Protection, other: Protection | null): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/**
 * `policy accept`: trusts the policy of this work tree, weaker or not, on this branch. A branch that has none
 * goes on without; what is trusted elsewhere stays.
 */
export async function acceptPolicy({ repository }: Context): Promise<void> {
  const policy = await new PolicySource(repository).here()
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
