import type { GitPath } from '../../core/path.ts'
import { attributesHere, treeAttributes, type Attributes } from '../../git/attributes.ts'
import type { Repository } from '../../git/repository.ts'
import { protectionOf, type CompiledPolicy } from '../../policy/policy.ts'
import { attributesAreCurrent } from '../attributes.ts'
import { existsAlready } from '../disk.ts'
import { infoAttributesFile, wantedInfoAttributes } from '../policy-source.ts'
import type { JudgedTree } from './tree.ts'

export interface AttributeFlaw {
  readonly kind: 'attributes' | 'filter-clash'
  readonly path: GitPath
}

/** What must not be set on ciphertext: each of them makes git rewrite bytes. */
const DESTRUCTIVE = ['text', 'working-tree-encoding', 'ident']
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
  return flawsBy(policy, paths, wanted => treeAttributes(repository, attributesFiles, wanted))
}

/**
 * The same for this clone: lines that somebody put below our block of info/attributes win over the whole tree, so that
 * the next `git add` would not encrypt.
 */
export function localAttributeFlaws(
  repository: Repository,
  policy: CompiledPolicy,
  paths: readonly GitPath[],
): AttributeFlaw[] {
  const file = infoAttributesFile(repository)
  const isOurs = !existsAlready(file) || attributesAreCurrent(file, wantedInfoAttributes(repository, policy))
  return isOurs ? [] : attributeFlawsHere(repository, policy, paths)
}

/** The same for all that git reads in this clone: info/attributes, then the work tree's own files. */
export const attributeFlawsHere = (
  { top }: Repository,
  policy: CompiledPolicy,
  paths: readonly GitPath[],
): AttributeFlaw[] => flawsBy(policy, paths, wanted => attributesHere(top, wanted))

function flawsBy(
  policy: CompiledPolicy,
  paths: readonly GitPath[],
  attributesOf: (paths: readonly GitPath[]) => ReadonlyMap<GitPath, Attributes>,
): AttributeFlaw[] {
  const wanted = paths.filter(path => protectionOf(policy, path))
  const flaws: AttributeFlaw[] = []
  for (let at = 0; at < wanted.length; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH)
    const attributes = attributesOf(batch)
    for (const path of batch) {
      const kind = attributeFlaw(attributes.get(path) ?? new Map())
      if (kind !== null) flaws.push({ kind, path })
    }
  }
  return flaws
}

function attributeFlaw(attributes: Attributes): AttributeFlaw['kind'] | null {
  const filter = attributes.get('filter') ?? 'unspecified'
  if (filter !== 'gitward') return NOT_SET.has(filter) ? 'attributes' : 'filter-clash'
  const isSet = (name: string) => !NOT_SET.has(attributes.get(name) ?? 'unspecified')
  // an eol alone turns text on; beside -text git ignores it (`* text=auto eol=lf` is in many repositories)
  const convertsLines = isSet('eol') && attributes.get('text') !== 'unset'
  return convertsLines || DESTRUCTIVE.some(isSet) ? 'attributes' : null
}
