import { utf8 } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { memoised } from '../../core/memoised.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { quoted } from '../../core/shell-word.ts'
import { openToken, parseToken, sealToken } from '../../envelope/token.ts'
import type { Format } from '../../formats/format.ts'
import { findKey, keysOfScope } from '../../keys/keyring.ts'
import { pointerScope, type SealedValues } from '../../policy/policy.ts'
import { weakerPointer } from '../../policy/weaker.ts'
import type { HashedPolicy } from '../state.ts'
import { tokenIn, type HeldValues } from './held-values.ts'
import type { PlacedValue } from './located.ts'
import { tokenOpensTo } from './opened.ts'
import {
  assertScopeIsTrusted,
  assertSealable,
  lockedError,
  newestKnownEpoch,
  placeOf,
  scopeMovedFrom,
} from './seal.ts'
import type { FilterSession } from './session.ts'

/** One file in value mode, on its way into the index. */
export interface Job {
  readonly session: FilterSession
  readonly path: GitPath
  readonly format: Format
  readonly protection: SealedValues
  readonly policy: HashedPolicy | null
}

/** What becomes of a value: its new source text, or null for "stays as it is". */
export type Judge = (value: PlacedValue) => string | null

/** Seals each protected plain value under the newest key, as far as one is unlocked; asks nothing of git. */
export function draftJudge(job: Job): Judge {
  const newestOf = memoised(scope => keysOfScope(job.session.keyring, scope)[0])
  return ({ pointers, source }) => {
    const home = homeOf(job, pointers)
    const newest = home && newestOf(home.scope)
    if (!newest || tokenIn(job.format, source) !== null) return null
    return job.format.quote(sealToken(newest.key, home.pointer, utf8(source)))
  }
}

/**
 * Judges each value by what git holds. `isRenamed` says whether the draft is what git holds at another path.
 * The judge throws for what must not enter git.
 */
export function strictJudge(job: Job, held: HeldValues, isRenamed: () => boolean): Judge {
  const keep = keeper(held)
  const isAccepted = job.session.hasAccepted(job.policy)
  const keysOf = memoised(scope => keysOfScope(job.session.keyring, scope))
  const newestOf = memoised(scope => newestKnownEpoch(job.session, scope))
  return value => {
    const { pointers, source } = value
    const token = tokenIn(job.format, source)
    if (token !== null) return assertKnownToken(job, held, value, token, isRenamed)
    const home = homeOf(job, pointers)
    if (home === null) return isAccepted ? null : judgeUnprotected(job, held, value)
    const { pointer, scope } = home
    const keys = keysOf(scope)
    const candidates = keys.map(({ key }) => sealToken(key, pointer, utf8(source)))
    const old = keep(pointer, candidates) ?? unmoved(job, held, pointer, source, scope)
    if (old !== null) return job.format.quote(old)
    if (keys.length === 0 && held.holdsPlain(pointer, source)) return null // planted earlier: nothing new
    assertSealable(job.path, scope, keys, newestOf(scope), pointer)
    assertScopeIsTrusted(job.session, job.path, job.policy, scope, pointer)
    return job.format.quote(candidates[0]!)
  }
}

interface Home {
  readonly pointer: string
  readonly scope: string
}

/** The first of a value's pointers that is protected: one side of a conflict is enough. */
function homeOf({ protection }: Job, pointers: readonly string[]): Home | null {
  for (const pointer of pointers) {
    const scope = pointerScope(protection, pointer)
    if (scope !== null) return { pointer, scope }
  }
  return null
}

/** Unchanged plaintext keeps its ciphertext: the k-th equal value the k-th such token that git holds, of any epoch. */
function keeper(held: HeldValues): (pointer: string, candidates: readonly string[]) => string | null {
  const queues = new Map<string, { readonly tokens: readonly string[]; next: number }>()
  return (pointer, candidates) => {
    const value = `${pointer}\0${candidates[0]}`
    const queue = queues.get(value) ?? { tokens: held.occurrences(pointer, candidates), next: 0 }
    queues.set(value, queue)
    return queue.tokens[Math.min(queue.next++, queue.tokens.length - 1)] ?? null
  }
}

/** Unchanged plaintext keeps the token of the scope that an unaccepted policy moves it out of. */
function unmoved(
  { session, path, policy }: Job,
  held: HeldValues,
  pointer: string,
  source: string,
  scope: string,
): string | null {
  if (scopeMovedFrom(session, path, policy, scope, pointer) === null) return null
  return held.tokensAt(pointer).find(token => tokenOpensTo(session, token, pointer, source)) ?? null
}

/** A full token passes if it opens here, in its scope and at its pointer, or if git holds it at its pointer. */
function assertKnownToken(
  job: Job,
  held: HeldValues,
  { pointers }: PlacedValue,
  text: string,
  isRenamed: () => boolean,
): null {
  if (pointers.some(pointer => held.holdsToken(pointer, text))) return null
  const { session, path, protection } = job
  const { kid } = parseToken(text)!
  const scopes = pointers.map(pointer => pointerScope(protection, pointer))
  const place = placeOf(path, pointers[0]!)
  const scope = session.scopeOf(kid)
  if (scope === null) {
    const why = "this ciphertext is new and its key is not one of this repository's"
    throw new GitwardError('UNKNOWN_KEY', `${place}: ${why}`, { hint: undo(path) })
  }
  if (!scopes.includes(scope)) {
    const why = `this ciphertext is of scope ${scope}, which the policy does not put here`
    throw new GitwardError('WRONG_SCOPE', `${place}: ${why}`, { hint: undo(path) })
  }
  const unlocked = findKey(session.keyring, kid)
  if (unlocked) return assertOpens(job, pointers, text)
  if (isRenamed()) return null
  throw lockedError(place, scope)
}

function assertOpens({ session, path }: Job, pointers: readonly string[], text: string): null {
  const token = parseToken(text)!
  const { key } = findKey(session.keyring, token.kid)!
  const failures = pointers.flatMap(pointer => openFailure(() => openToken(key, token, pointer)))
  if (failures.length < pointers.length) return null
  const { code, message } = failures[0]!
  throw new GitwardError(code, `${placeOf(path, pointers[0]!)}: ${message}`, { hint: undo(path) })
}

function openFailure(open: () => unknown): GitwardError[] {
  try {
    open()
    return []
  } catch (error) {
    if (error instanceof GitwardError) return [error]
    throw error
  }
}

/**
 * A plain value that the policy leaves plain. If git holds just this value sealed, it keeps its token; if git
 * holds another one sealed there, or the trusted policy seals it, a person must accept that first.
 */
function judgeUnprotected(job: Job, held: HeldValues, { pointers, source }: PlacedValue): string | null {
  const { session, path, protection } = job
  const pinned = session.trustedProtection(path)
  for (const pointer of pointers) {
    if (held.holdsPlain(pointer, source)) continue
    const tokens = held.tokensAt(pointer)
    const own = tokens.find(token => tokenOpensTo(session, token, pointer, source))
    if (own !== undefined) return job.format.quote(own)
    if (tokens.length > 0)
      throw weakened(
        path,
        pointer,
        'git holds this value encrypted, and the policy here no longer protects it',
      )
    if (weakerPointer(pinned, protection, pointer))
      throw weakened(path, pointer, 'the policy here is weaker than the one this machine trusts')
  }
  return null
}

const undo = (path: GitPath): string => `git checkout -- ${quoted(shown(path))}`

const weakened = (path: GitPath, pointer: string, why: string) =>
  new GitwardError('REFUSED', `${placeOf(path, pointer)}: ${why}`, {
    hint: 'if that is meant: gitward policy accept',
  })
