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
  if (protectedPaths.length === 0) return []
  const attributes = treeAttributes(
    repository,
    attributesFiles,
    protectedPaths.map(({ path }) => path),
  )
  return protectedPaths.flatMap(({ path, protection }) => {
    const kind = attributeFlaw(attributes.get(path) ?? new Map(), protection)
    return kind === null ? [] : [{ kind, path }]
  })
}

function attributeFlaw(attributes: Attributes, protection: Protection): AttributeFlaw['kind'] | null {
  const wanted = protection.mode === 'whole' && protection.form === 'lfs' ? 'lfs' : 'gitward'
  const filter = attributes.get('filter') ?? 'unspecified'
  if (filter !== wanted) return NOT_SET.has(filter) ? 'attributes' : 'filter-clash'
  return DESTRUCTIVE.some(name => !NOT_SET.has(attributes.get(name) ?? 'unspecified')) ? 'attributes' : null
}
