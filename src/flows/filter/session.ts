import { fromBase64 } from '../../core/base64.ts'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { currentBranch, findRepositoryFast, type Repository } from '../../git/repository.ts'
import { mergeKeyrings, type Keyring, type SuppliedKey } from '../../keys/keyring.ts'
import { protectionOf, type Protection } from '../../policy/policy.ts'
import type { Environment, KeySource } from '../../keys/sources/source.ts'
import { keySources } from '../../keys/sources/table.ts'
import { HeldBlobs } from '../held.ts'
import { PolicySource } from '../policy-source.ts'
import { loadKeyring, loadTrust, NO_POLICY, type HashedPolicy, type Trust } from '../state.ts'
import { notPinnedOtherwise, placeSuppliedKeys, scopeOfKid } from '../supplied.ts'
import { epochFiles, type EpochFile } from '../tracked.ts'

/** What the filter needs of the world. */
export interface FilterEffects {
  readonly cwd: string
  readonly env: Environment
  /** Prints one warning to standard error. */
  readonly warn: (message: string) => void
}

/** What one run of the filter knows: read when first needed, so that a plain file costs nothing. */
export class FilterSession {
  readonly repository: Repository
  readonly policies: PolicySource
  readonly held: HeldBlobs
  readonly #effects: FilterEffects
  #keyring: Keyring | undefined
  #trust: Trust | null | undefined
  #pinned: { readonly path: GitPath; readonly protection: Protection | null } | undefined
  #locked = 0

  constructor(repository: Repository, effects: FilterEffects) {
    this.repository = repository
    this.policies = new PolicySource(repository, effects.warn)
    this.held = new HeldBlobs(repository)
    this.#effects = effects
  }

  /** Unlocked keys of this machine, and those of GITWARD_KEY and GITWARD_KEY_CMD. Never an identity. */
  get keyring(): Keyring {
    if (this.#keyring) return this.#keyring
    const repo = this.policies.repositoryId()
    const keyring = mergeKeyrings(repo === null ? [] : this.#suppliedKeys(repo), loadKeyring(this.repository))
    if (repo !== null) this.#keyring = keyring // before the first policy nobody knows whose keys they are
    return keyring
  }

  get trust(): Trust | null {
    if (this.#trust === undefined) this.#trust = loadTrust(this.repository)
    return this.#trust
  }

  /** Epoch files as they stand now: one git command may change them half way. */
  epochFiles(): EpochFile[] {
    return epochFiles(this.repository)
  }

  /** The scope that a kid belongs to: pins first, else the epoch files' names. */
  scopeOf(kid: Bytes): string | null {
    return scopeOfKid(kid, { keyring: () => this.keyring, trust: this.trust, files: () => this.epochFiles() })
  }

  /** True if a person accepted this weaker policy, or none, on this branch; a rebase works on a detached HEAD. */
  hasAccepted(policy: HashedPolicy | null): boolean {
    const hash = policy?.hash ?? NO_POLICY
    const branch = currentBranch(this.repository)
    return (
      this.trust?.accepted.some(each => each.hash === hash && (branch === null || each.branch === branch)) ??
      false
    )
  }

  /** What the policy that this machine trusts asks for at `path`; asked for every value of a file. */
  trustedProtection(path: GitPath): Protection | null {
    if (this.#pinned?.path !== path) {
      const trusted = this.trust?.policy
      this.#pinned = { path, protection: trusted ? protectionOf(trusted.compiled, path) : null }
    }
    return this.#pinned.protection
  }

  warn(path: GitPath, message: string): void {
    this.#effects.warn(`${shown(path)}: ${message}`)
  }

  countLocked(): void {
    this.#locked++
  }

  /** One line for all files that stayed encrypted for want of a key. */
  end(): void {
    if (this.#locked === 0) return
    const files = this.#locked === 1 ? '1 file stays' : `${this.#locked} files stay`
    this.#effects.warn(`${files} encrypted: no key for it is unlocked here; run \`gitward unlock\``)
  }

  #suppliedKeys(repo: string): Keyring {
    const supplied = keySources.flatMap(source => this.#keysFrom(source))
    const { placed, strangers } = placeSuppliedKeys(supplied, fromBase64(repo)!, this.epochFiles())
    for (const scope of strangers)
      this.#effects.warn(`the supplied key for scope ${scope} is not of this repository: it is ignored`)
    return notPinnedOtherwise(placed, this.trust)
  }

  /** A broken source leaves git locked, not dead: `unlock` is where it fails. */
  #keysFrom(source: KeySource): readonly SuppliedKey[] {
    try {
      return source.load(this.#effects.env)?.keys ?? []
    } catch (error) {
      if (!(error instanceof GitwardError)) throw error
      this.#effects.warn(`${error.message}: it is ignored`)
      return []
    }
  }
}

/** Starts a session in the repository around the work folder, without starting git. */
export const startSession = (effects: FilterEffects): FilterSession =>
  new FilterSession(findRepositoryFast(effects.cwd, effects.env), effects)
