import { toHex } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { GitPath } from '../../core/path.ts'
import type { TreeEntry } from '../../git/entries.ts'
import { readBlobs } from '../../git/objects.ts'
import { gitLine, type GitOptions } from '../../git/run.ts'
import type { CompiledPolicy } from '../../policy/policy.ts'
import { BASELINE_PATH, POLICY_PATH } from '../names.ts'
import { compileText } from '../policy-source.ts'
import { epochFilesAmong, type EpochFile } from '../tracked.ts'
import type { Judge } from './proof.ts'

/** The parts of a tree that say how it is protected, read from the tree alone. Equal ones are one object. */
export interface JudgedTree {
  /** Null where the tree has no policy, or one that cannot be read. Trees of one policy and the same keys share it. */
  readonly judge: Judge | null
  readonly policyProblem: GitwardError | null
  /** Blob of the policy; null if the tree has none. */
  readonly policyId: string | null
  readonly epochs: readonly EpochFile[]
  /** Blob of the baseline; null if the tree has none. */
  readonly baselineId: string | null
  readonly attributesFiles: readonly Pick<TreeEntry, 'id' | 'path'>[]
}

type Entries = readonly Pick<TreeEntry, 'id' | 'path'>[]

/** A policy that was compiled before; null if it was not. */
export type KnownPolicy = (blobId: string) => CompiledPolicy | null

/** Reads policies once each, however many commits share them. */
export class TreeReader {
  readonly #options: GitOptions
  readonly #known: KnownPolicy
  readonly #policies = new Map<string, CompiledPolicy | GitwardError>()
  readonly #judges = new Map<string, Judge>()
  readonly #trees = new Map<string, JudgedTree>()

  constructor(options: GitOptions, known: KnownPolicy = () => null) {
    this.#options = options
    this.#known = known
  }

  /** @param entries of the whole tree. */
  async read(entries: Entries): Promise<JudgedTree> {
    const ruling = entries.filter(({ path }) => decidesProtection(path))
    const key = ruling.map(({ id, path }) => `${id} ${path}`).join('\0')
    const known = this.#trees.get(key)
    if (known) return known
    const tree = await this.#judged(ruling)
    this.#trees.set(key, tree)
    return tree
  }

  /** The policy of a commit; null if it has none, or none that can be read. */
  async policyOf(commit: string | undefined): Promise<CompiledPolicy | null> {
    if (commit === undefined) return null
    const id = gitLine(['rev-parse', '-q', '--verify', `${commit}:${POLICY_PATH}`], this.#options)
    const policy = id === null ? null : await this.#policy(id)
    return policy instanceof GitwardError ? null : policy
  }

  async #judged(ruling: Entries): Promise<JudgedTree> {
    const idOf = (wanted: string) => ruling.find(({ path }) => path === wanted)?.id ?? null
    const policyId = idOf(POLICY_PATH)
    const policy = policyId === null ? null : await this.#policy(policyId)
    const isUnreadable = policy instanceof GitwardError
    const epochs = epochFilesAmong(ruling.map(({ path }) => path))
    return {
      judge: policy && !isUnreadable ? this.#judge(policyId!, policy, epochs) : null,
      policyProblem: isUnreadable ? policy : null,
      policyId,
      epochs,
      baselineId: idOf(BASELINE_PATH),
      attributesFiles: ruling.filter(({ path }) => isAttributesFile(path)),
    }
  }

  #judge(policyId: string, policy: CompiledPolicy, epochs: readonly EpochFile[]): Judge {
    const key = [policyId, ...epochs.map(({ path }) => path)].join('\0')
    const judge = this.#judges.get(key) ?? { policy, scopeOf: scopeFinder(epochs) }
    this.#judges.set(key, judge)
    return judge
  }

  async #policy(id: string): Promise<CompiledPolicy | GitwardError> {
    const policy = this.#policies.get(id) ?? this.#known(id) ?? (await this.#compile(id))
    this.#policies.set(id, policy)
    return policy
  }

  async #compile(id: string): Promise<CompiledPolicy | GitwardError> {
    try {
      return await compileText(readBlobs([id], this.#options).get(id)!)
    } catch (error) {
      if (error instanceof GitwardError && error.code === 'CONFIG') return error
      throw error
    }
  }
}

/** Of files with one kid the first counts, as ever: `policyFlaws` tells of the others. */
function scopeFinder(epochs: readonly EpochFile[]): Judge['scopeOf'] {
  const scopes = new Map([...epochs].reverse().map(({ kid, scope }) => [toHex(kid), scope]))
  return kid => scopes.get(toHex(kid)) ?? null
}

/** True for what says how other files are protected. */
export const decidesProtection = (path: GitPath): boolean =>
  path.startsWith('.gitward/') || isAttributesFile(path)

const isAttributesFile = (path: GitPath): boolean =>
  path.endsWith('.gitattributes') && (path.length === 14 || path.endsWith('/.gitattributes'))
