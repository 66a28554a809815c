import type { GitPath } from '../../core/path.ts'
import { treeAttributes, type Attributes } from '../../git/attributes.ts'
import type { Repository } from '../../git/repository.ts'
import { protectionOf, type CompiledPolicy, type Protection } from '../../policy/policy.ts'
import type { JudgedTree } from './tree.ts'

export interface AttributeFlaw {
  readonly kind: 'attributes' | 'filter-clash'
  readonly path: GitPath
}

/** What must not be set on ciphertext: each of them makes git rewrite bytes. */
const DESTRUCTIVE = ['text', 'eol', 'working-tree-encoding', 'ident']
/** Paths asked of git at a time: its answer is held in memory. */
const BATCH = 10_000
const NOT_SET = new Set(['unspecified', 'unset'])

/** The protected paths that a clone of this tree would not encrypt, or would damage. */
export function attributeFlaws(
  repository: Repository,
  { attributesFiles }: JudgedTree,
  policy: CompiledPolicy,
  paths: readonly GitPath[],
): AttributeFlaw[] {
  const protectedPaths = paths.flatMap(path => {
    const protection = protectionOf(policy, path)
    return protection ? [{ path, protection }] : []
  })
  const flaws: AttributeFlaw[] = []
  for (let at = 0; at < protectedPaths.length; at += BATCH) {
    const batch = protectedPaths.slice(at, at + BATCH)
    const attributes = treeAttributes(
      repository,
      attributesFiles,
      batch.map(({ path }) => path),
    )
    for (const { path, protection } of batch) {
      const kind = attributeFlaw(attributes.get(path) ?? new Map(), protection)
      if (kind !== null) flaws.push({ kind, path })
    }
  }
  return flaws
}

function attributeFlaw(attributes: Attributes, protection: Protection): AttributeFlaw['kind'] | null {
  const wanted = protection.mode === 'whole' && protection.form === 'lfs' ? 'lfs' : 'gitward'
  const filter = attributes.get('filter') ?? 'unspecified'
  if (filter !== wanted) return NOT_SET.has(filter) ? 'attributes' : 'filter-clash'
  return DESTRUCTIVE.some(name => !NOT_SET.has(attributes.get(name) ?? 'unspecified')) ? 'attributes' : null
}
