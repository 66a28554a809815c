import type { Commit } from '../../git/changes.ts'
import type { GitOptions } from '../../git/run.ts'
import { commitsWithTrailer } from '../../git/trailers.ts'
import type { CompiledPolicy } from '../../policy/policy.ts'
import { isNothing, lossOf, remainder, type Loss } from './losses.ts'
import type { Subject } from './subjects.ts'
import type { TreeReader } from './tree.ts'

/** In a commit message it says why a policy protects less, for reviewers: any committer can write it. */
export const POLICY_TRAILER = 'Gitward-Policy'

/** A policy without any rule: what a tree without a policy, or with one that cannot be read, protects. */
const without = (policy: CompiledPolicy): CompiledPolicy => ({ ...policy, rules: [] })

/**
 * What a subject's tree protects less than one of those that it replaces, by name; empty if nothing. A merge is asked
 * against each parent: who makes it chooses which one comes first.
 */
export async function weakening(
  { commit, tree, before, entries, laidBare }: Subject,
  reader: TreeReader,
  options: GitOptions,
): Promise<string[]> {
  const names = new Set<string>()
  for (const { parent, tree: replaced } of before) {
    const old = replaced.judge?.policy
    if (!old || replaced.policyId === tree.policyId) continue
    const now = tree.judge?.policy ?? without(old)
    const loss = await lossOf(old, now, [...entries, ...laidBare], options)
    const isFinal = commit === null || parent === null || isNothing(loss)
    const left = isFinal ? loss : await unexcused(loss, now, { commit, parent }, reader, options)
    for (const name of [...left.paths.map(each => each.name), ...left.unscanned]) names.add(name)
  }
  return [...names]
}

/**
 * The part of a loss that no trailer covers: neither one of the commit itself nor, for a merge, those of the commits
 * that it brings in beside `parent`, each for what it gave up.
 */
async function unexcused(
  loss: Loss,
  now: CompiledPolicy,
  { commit: { id, parents }, parent }: { readonly commit: Commit; readonly parent: string },
  reader: TreeReader,
  options: GitOptions,
): Promise<Loss> {
  const revisions = parents.length > 1 ? [`${parent}..${id}`] : [`${id}^!`]
  let left = loss
  for (const commit of commitsWithTrailer(POLICY_TRAILER, revisions, options)) {
    if (commit.id === id) return { paths: [], unscanned: [] }
    const from = await reader.policyOf(commit.parents[0])
    if (!from) continue
    const to = (await reader.policyOf(commit.id)) ?? without(from)
    left = remainder(left, now, { from, to })
  }
  return left
}
