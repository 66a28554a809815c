import { createHash } from 'node:crypto'
import path from 'node:path'
import { hasCode } from '../core/errors.ts'
import { blobId, readBlob } from '../git/objects.ts'
import { workTreeName, type Repository } from '../git/repository.ts'
import { compilePolicy, type CompiledPolicy } from '../policy/policy.ts'
import { writeAttributes } from './attributes.ts'
import { makeFolder, readIfPresent } from './disk.ts'
import { POLICY_PATH } from './names.ts'
import { loadCompiled, loadTrust, saveCompiled, type HashedPolicy } from './state.ts'
import { readTracked, textOf } from './tracked.ts'

/**
 * Reads policies for the filter. The compiled copy in the common folder spares the YAML parser; each rebuild
 * also rewrites info/attributes, so that a commit that deletes .gitattributes does not turn encryption off.
 */
export class PolicySource {
  readonly #repository: Repository
  readonly #warn: (message: string) => void
  readonly #ofTree = new Map<string, HashedPolicy | null>()
  #here: HashedPolicy | null = null
  #repo: string | null = null

  /** @param warn is told what cannot be kept for the commands that follow. */
  constructor(repository: Repository, warn: (message: string) => void) {
    this.#repository = repository
    this.#warn = warn
  }

  /**
   * The policy of the work tree, else of the index, else of HEAD; null if none of them has one.
   * @throws {GitwardError} CONFIG if it cannot be read.
   */
  async here(): Promise<HashedPolicy | null> {
    const text = readTracked(this.#repository, POLICY_PATH)
    if (!text) return null
    const hash = policyHash(text)
    if (this.lastGood()?.hash !== hash) this.#here = await this.#rebuild(text, hash)
    return this.#here
  }

  /** The policy that this work tree had when it could last be read. */
  lastGood(): HashedPolicy | null {
    this.#here ??= loadCompiled(this.#repository, workTreeName(this.#repository))
    return this.#here
  }

  /** The same for smudge, which must not fail: while the file cannot be read, the last good policy counts. */
  async hereOrLastGood(): Promise<HashedPolicy | null> {
    try {
      return await this.here()
    } catch (error) {
      if (hasCode(error, 'CONFIG')) return this.lastGood()
      throw error
    }
  }

  /** R of a policy that was read, in standard base64; null before the first. */
  repositoryId(): string | null {
    return this.lastGood()?.compiled.repo ?? this.#repo
  }

  /** The policy of the commit or tree that git is checking out. */
  async ofTree(treeish: string): Promise<HashedPolicy | null> {
    const known = this.#ofTree.get(treeish)
    if (known !== undefined) return known
    const text = readBlob(`${treeish}:${POLICY_PATH}`, { cwd: this.#repository.top })
    const policy = text && (await this.#compileOnce(text))
    this.#repo ??= policy?.compiled.repo ?? null
    this.#ofTree.set(treeish, policy)
    return policy
  }

  async #compileOnce(text: Buffer): Promise<HashedPolicy> {
    const hash = policyHash(text)
    const known = this.lastGood()
    return known?.hash === hash ? known : { hash, compiled: await compileText(text) }
  }

  async #rebuild(text: Buffer, hash: string): Promise<HashedPolicy> {
    const policy = { hash, compiled: await compileText(text) }
    this.#keep(policy)
    return policy
  }

  /**
   * For the commands that follow. The copy comes last: while it is stale, info/attributes is written again. Where
   * nothing can be written, this process knows the policy all the same.
   */
  #keep(policy: HashedPolicy): void {
    const isWritten = this.#attempt(
      () => writeInfoAttributes(this.#repository, policy),
      'until then, a commit that removes .gitattributes turns encryption off in this clone',
    )
    if (isWritten)
      this.#attempt(
        () => saveCompiled(this.#repository, workTreeName(this.#repository), policy),
        'going on without, and slower',
      )
  }

  #attempt(write: () => void, otherwise: string): boolean {
    try {
      write()
      return true
    } catch (error) {
      if (!hasCode(error, 'IO')) throw error
      this.#warn(`${error.message}; ${otherwise}\n  try: gitward doctor`)
      return false
    }
  }
}

/**
 * The compiled copy of a policy blob, if the work tree holds that very file: spares git and the YAML parser. For
 * checks of this machine only, since its copies prove nothing to others.
 */
export function compiledBlob(repository: Repository, id: string): CompiledPolicy | null {
  const text = readIfPresent(path.join(repository.top, POLICY_PATH))
  if (!text || blobId(text, id.length) !== id) return null
  const known = loadCompiled(repository, workTreeName(repository))
  return known?.hash === policyHash(text) ? known.compiled : null
}

export const policyHash = (text: Uint8Array): string => createHash('sha256').update(text).digest('hex')

/** @throws {GitwardError} CONFIG. Loads the YAML parser: nothing on the hot path calls it. */
export async function compileText(bytes: Uint8Array) {
  const text = textOf(bytes, POLICY_PATH)
  const { parsePolicy } = await import('../policy/parse.ts')
  return compilePolicy(parsePolicy(text))
}

/**
 * Writes the managed block to info/attributes, which wins over every .gitattributes: the patterns of this
 * policy and of the one that this machine trusts.
 */
export function writeInfoAttributes(repository: Repository, { compiled }: HashedPolicy): void {
  makeFolder(path.join(repository.commonDir, 'info'))
  writeAttributes(infoAttributesFile(repository), wantedInfoAttributes(repository, compiled))
}

export const infoAttributesFile = ({ commonDir }: Repository): string =>
  path.join(commonDir, 'info', 'attributes')

/** The policy that info/attributes must show: the trusted rules, then those of the work tree. */
export function wantedInfoAttributes(repository: Repository, compiled: CompiledPolicy): CompiledPolicy {
  const trusted = loadTrust(repository)?.policy?.compiled
  return trusted ? { ...compiled, rules: [...trusted.rules, ...compiled.rules] } : compiled
}
