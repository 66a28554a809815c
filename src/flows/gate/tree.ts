import { sameBytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { GitPath } from '../../core/path.ts'
import type { TreeEntry } from '../../git/entries.ts'
import { readBlobs } from '../../git/objects.ts'
import type { CompiledPolicy } from '../../policy/policy.ts'
import { BASELINE_PATH, POLICY_PATH } from '../names.ts'
import { compileText } from '../policy-source.ts'
import { epochFilesAmong, type EpochFile } from '../tracked.ts'
import type { Judge } from './proof.ts'

/** The parts of a tree that say how it is protected, read from the tree alone. */
export interface JudgedTree {
  /** Null where the tree has no policy, or one that cannot be read. */
  readonly judge: Judge | null
  readonly policyProblem: GitwardError | null
  readonly epochs: readonly EpochFile[]
  /** Blob of the baseline; null if the tree has none. */
  readonly baselineId: string | null
  readonly attributesFiles: readonly Pick<TreeEntry, 'id' | 'path'>[]
}

/** Reads policies once each, however many commits share them. */
export class TreeReader {
  readonly #top: string
  readonly #policies = new Map<string, CompiledPolicy | GitwardError>()

  constructor(top: string) {
    this.#top = top
  }

  async read(entries: readonly Pick<TreeEntry, 'id' | 'path'>[]): Promise<JudgedTree> {
    const policyEntry = entries.find(({ path }) => path === POLICY_PATH)
    const policy = policyEntry ? await this.#policy(policyEntry.id) : null
    const epochs = epochFilesAmong(entries.map(({ path }) => path))
    const scopeOf: Judge['scopeOf'] = kid => epochs.find(file => sameBytes(file.kid, kid))?.scope ?? null
    return {
      judge: policy && !(policy instanceof GitwardError) ? { policy, scopeOf } : null,
      policyProblem: policy instanceof GitwardError ? policy : null,
      epochs,
      baselineId: entries.find(({ path }) => path === BASELINE_PATH)?.id ?? null,
      attributesFiles: entries.filter(({ path }) => isAttributesFile(path)),
    }
  }

  async #policy(id: string): Promise<CompiledPolicy | GitwardError> {
    const known = this.#policies.get(id)
    if (known) return known
    const read = await this.#compile(id)
    this.#policies.set(id, read)
    return read
  }

  async #compile(id: string): Promise<CompiledPolicy | GitwardError> {
    try {
      return await compileText(readBlobs([id], { cwd: this.#top }).get(id)!)
    } catch (error) {
      if (error instanceof GitwardError && error.code === 'CONFIG') return error
      throw error
    }
  }
}

const isAttributesFile = (path: GitPath): boolean => /(?:^|\/)\.gitattributes$/.test(path)
