import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf, type GitPath } from '../../core/path.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import type { Repository } from '../../git/repository.ts'
import { findKey } from '../../keys/keyring.ts'
import { parsePolicy } from '../../policy/parse.ts'
import {
  compilePolicy,
  protectionOf,
  protectionScopes,
  type CompiledPolicy,
  type Protection,
} from '../../policy/policy.ts'
import { followed, readInput } from '../disk.ts'
import { noKey } from '../files/open-envelope.ts'
import { POLICY_PATH } from '../names.ts'
import { loadKeyring } from '../state.ts'
import { keysFor, repositoryAround } from '../values/load-config.ts'

export interface RepositoryKeyOptions {
  readonly key?: string | EpochKey
  readonly scope?: string
}

/**
 * The epoch key that a kid in `file` names, if the scope of that key may stand there: the scope that the policy gives
 * the path, or for a file outside the protected paths the one that the caller expects.
 * @throws {GitwardError} LOCKED or UNKNOWN_KEY without it, WRONG_SCOPE, WRONG_KEY for a key of another repository,
 *   CONFIG if no repository is around the file or the work folder.
 */
export function repositoryKey(
  file: string,
  kid: Bytes,
  { key, scope = 'default' }: RepositoryKeyOptions,
): EpochKey {
  if (typeof key === 'object') return key // its kid is compared when it opens
  const real = followed(file, file)
  const repository = repositoryAround(real) ?? repositoryAround(path.join(process.cwd(), 'x'))
  if (!repository) throw outside(file)
  const policy = policyOf(repository)
  const keys = keysFor(repository, policy.repo, key)
  const protection = protectionAt(repository, policy, real)
  const allowed = protection ? protectionScopes(protection) : [scope]
  const found = keys.scopeOf(kid)
  if (found !== null && !allowed.includes(found)) throw wrongScope(file, found, allowed)
  const unlocked = findKey(keys.keyring, kid)
  if (unlocked) return unlocked.key
  throw noKey(keys, file, kid)
}

/** True for a protected path of a work tree that is unlocked for it: there git itself has put plaintext. */
export function isInOpenWorkTree(file: string): boolean {
  const { repository, protection } = placeOf(file)
  const scopes = protection ? protectionScopes(protection) : []
  return repository !== null && loadKeyring(repository).some(({ scope }) => scopes.includes(scope))
}

/**
 * Anybody can make a portable file for a known recipient: a protected path wants the repository's own keys.
 * @throws {GitwardError} WRONG_SCOPE.
 */
export function assertUnprotected(file: string): void {
  if (placeOf(file).protection === null) return
  throw new GitwardError('WRONG_SCOPE', `${file}: a portable file does not belong in a protected path`, {
    hint: `gitward status ${shellWord(file)}`,
  })
}

function placeOf(file: string): { repository: Repository | null; protection: Protection | null } {
  const real = followed(file, file)
  const repository = repositoryAround(real)
  return { repository, protection: repository && protectionAt(repository, policyOf(repository), real) }
}

const policyOf = ({ top }: Repository): CompiledPolicy =>
  compilePolicy(parsePolicy(readInput(path.join(top, POLICY_PATH)).toString()))

function protectionAt(repository: Repository, policy: CompiledPolicy, real: string): Protection | null {
  const inside = pathInside(repository, real)
  return inside === null ? null : protectionOf(policy, inside)
}

/** Null for a file that lies elsewhere: no pattern is about it. */
function pathInside({ top }: Repository, real: string): GitPath | null {
  const relative = path.relative(top, real)
  const isOutside = relative.startsWith('..') || path.isAbsolute(relative)
  return isOutside ? null : gitPathOf(relative.split(path.sep).join('/'))
}

const wrongScope = (file: string, found: string, allowed: readonly string[]) =>
  new GitwardError('WRONG_SCOPE', `${file} is of scope ${found}, where only ${allowed.join(', ')} belongs`, {
    hint: `if that is meant, say so: openModel(file, { scope: '${found}' })`,
  })

const outside = (file: string) =>
  new GitwardError('CONFIG', `${file}: no folder above it has ${POLICY_PATH}`, {
    hint: 'ship .gitward beside the file, or pass a key from epochKey(secret, repo)',
  })
