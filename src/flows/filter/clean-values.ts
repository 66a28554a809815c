import { decodeUtf8, utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { openToken, parseToken, sealToken } from '../../envelope/token.ts'
import type { Format } from '../../formats/format.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { findKey, keysOfScope } from '../../keys/keyring.ts'
import { pointerScope, protectionOf, type SealedValues } from '../../policy/policy.ts'
import { weakerPointer } from '../../policy/weaker.ts'
import type { HashedPolicy } from '../state.ts'
import { tokenOpensTo } from './opened.ts'
import { heldValues, tokenIn, type HeldValues } from './held-values.ts'
import { locateValues, type PlacedValue } from './located.ts'
import {
  assertScopeIsTrusted,
  assertSealable,
  lockedError,
  newestKnownEpoch,
  scopeMovedFrom,
} from './seal.ts'
import type { FilterSession } from './session.ts'

/** One file in value mode, on its way into the index. */
interface Job {
  readonly session: FilterSession
  readonly path: GitPath
  readonly format: Format
  readonly protection: SealedValues
  readonly policy: HashedPolicy | null
}

/**
 * Seals the values that the policy selects, each where it stands; all other bytes stay as they are.
 * @throws {GitwardError} CONFIG for an unknown format or text that is not UTF-8, MALFORMED with line and column
 *   for text that does not parse, and whatever forbids one value to enter the object store.
 */
export async function cleanValues(
  session: FilterSession,
  path: GitPath,
  bytes: Bytes,
  policy: HashedPolicy | null,
  protection: SealedValues,
): Promise<Bytes> {
  const job: Job = { session, path, protection, policy, format: await formatFor(path) }
  const text = decodeUtf8(bytes)
  if (text === null) throw noText(path)
  const isSealed = (pointer: string) => pointerScope(protection, pointer) !== null
  const located = inPath(path, () => locateValues(job.format, text, isSealed))
  const torn = located.torn.find(isSealed)
  if (torn !== undefined) throw tornByConflict(path, torn)
  const replaced = (judge: (value: PlacedValue) => string | null) =>
    utf8(inPath(path, () => located.replace(judge, isSealed)))
  if (session.held.knows(path)) {
    const draft = replaced(value => draftToken(job, value))
    if (session.held.holds(path, draft)) return draft // nothing that git does not have
  }
  return replaced(strictJudge(job, heldValues(job.format, session.held.contents(path))))
}

/** The token of a protected plain value under the newest key, as far as one is unlocked; asks nothing of git. */
function draftToken(
  { session, format, protection }: Job,
  { pointers: [pointer], source }: PlacedValue,
): string | null {
  const scope = pointerScope(protection, pointer!)
  const [newest] = scope === null ? [] : keysOfScope(session.keyring, scope)
  if (!newest || tokenIn(format, source) !== null) return null
  return format.quote(sealToken(newest.key, pointer!, utf8(source)))
}

/** What becomes of each value, null for "stays as it is". The judge throws for what must not enter git. */
function strictJudge(job: Job, held: HeldValues): (value: PlacedValue) => string | null {
  const keep = keeper(held)
  const keysOf = memoised(scope => keysOfScope(job.session.keyring, scope))
  const newestOf = memoised(scope => newestKnownEpoch(job.session, scope))
  return value => {
    const token = tokenIn(job.format, value.source)
    if (token !== null) return assertKnownToken(job, held, value, token)
    const pointer = value.pointers[0]!
    const scope = pointerScope(job.protection, pointer)
    if (scope === null) return unselected(job, held, value)
    const keys = keysOf(scope)
    const candidates = keys.map(({ key }) => sealToken(key, pointer, utf8(value.source)))
    const old = keep(pointer, candidates) ?? unmoved(job, held, pointer, value.source, scope)
    if (old !== null) return job.format.quote(old)
    if (keys.length === 0 && held.holdsPlain(pointer, value.source)) return null // planted earlier: nothing new
    assertSealable(job.path, scope, keys, newestOf(scope), pointer)
    assertScopeIsTrusted(job.session, job.path, job.policy, scope, pointer)
    return job.format.quote(candidates[0]!)
  }
}

/** Unchanged plaintext keeps its ciphertext: the k-th equal value the k-th such token that git holds, of any epoch. */
function keeper(held: HeldValues): (pointer: string, candidates: readonly string[]) => string | null {
  const seen = new Map<string, number>()
  return (pointer, candidates) => {
    const same = held.tokensAt(pointer).filter(token => candidates.includes(token))
    if (same.length === 0) return null
    const value = `${pointer}\0${candidates[0]}`
    const k = seen.get(value) ?? 0
    seen.set(value, k + 1)
    return same[Math.min(k, same.length - 1)]!
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

function memoised<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return key => {
    if (!known.has(key)) known.set(key, compute(key))
    return known.get(key)!
  }
}

/** A full token passes if it opens here, in its scope and at its pointer, or if git holds it at its pointer. */
function assertKnownToken(job: Job, held: HeldValues, { pointers }: PlacedValue, text: string): null {
  const token = parseToken(text)!
  const unlocked = findKey(job.session.keyring, token.kid)
  const isHeld = pointers.some(pointer => held.tokensAt(pointer).includes(text))
  if (isHeld) return null
  const scopes = pointers.map(pointer => pointerScope(job.protection, pointer))
  const place = `${shown(job.path)}: ${pointers[0]}`
  if (!unlocked) {
    const scope = job.session.scopeOf(token.kid)
    if (scope !== null) throw lockedError(place, scope)
    throw new GitwardError(
      'UNKNOWN_KEY',
      `${place}: this ciphertext is new and its key is not one of this repository's`,
      { hint: undo(job.path) },
    )
  }
  if (!scopes.includes(unlocked.scope)) {
    throw new GitwardError(
      'WRONG_SCOPE',
      `${place}: this ciphertext is of scope ${unlocked.scope}, which the policy does not put here`,
      {
        hint: undo(job.path),
      },
    )
  }
  const failures = pointers.flatMap(pointer => openFailure(() => openToken(unlocked.key, token, pointer)))
  if (failures.length < pointers.length) return null
  throw failures[0]!.in(place)
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
 * A plain value that the policy leaves plain. If git holds just it sealed, it is unchanged and keeps its token.
 * @throws {GitwardError} REFUSED if git holds another value sealed here, or if the trusted policy seals it.
 */
function unselected(
  { session, path, format, policy, protection }: Job,
  held: HeldValues,
  { pointers, source }: PlacedValue,
): string | null {
  if (session.hasAccepted(policy)) return null
  const trusted = session.trust?.policy
  const pinned = trusted ? protectionOf(trusted.compiled, path) : null
  for (const pointer of pointers) {
    if (held.holdsPlain(pointer, source)) continue
    const tokens = held.tokensAt(pointer)
    const unchanged = tokens.find(token => tokenOpensTo(session, token, pointer, source))
    if (unchanged !== undefined) return format.quote(unchanged)
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

async function formatFor(path: GitPath): Promise<Format> {
  const name = formatNameOf(path)
  if (name !== null) return loadFormat(name)
  throw new GitwardError(
    'CONFIG',
    `${shown(path)}: its values cannot be told apart, for its format is unknown`,
    { hint: wholeHint(path) },
  )
}

/** Puts the path in front of what a parser or the relocation check said, with the way out. */
function inPath<T>(path: GitPath, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!hasCode(error, 'MALFORMED', 'REFUSED') || error.hint !== undefined) throw error
    throw new GitwardError(
      error.code,
      `${shown(path)}:${error.code === 'MALFORMED' ? '' : ' '}${error.message}`,
      {
        hint: `mend the file, or encrypt all of it: ${wholeHint(path)}`,
      },
    )
  }
}

const wholeHint = (path: GitPath): string => `gitward protect --whole '${shown(path)}'`
const undo = (path: GitPath): string => `git checkout -- '${shown(path)}'`

const noText = (path: GitPath) =>
  new GitwardError('CONFIG', `${shown(path)}: its values cannot be told apart, for it is not UTF-8 text`, {
    hint: wholeHint(path),
  })

const tornByConflict = (path: GitPath, pointer: string) =>
  new GitwardError('REFUSED', `${shown(path)}: ${pointer} is torn by a conflict marker`, {
    hint: 'resolve the conflict, then git add it',
  })

const weakened = (path: GitPath, pointer: string, why: string) =>
  new GitwardError('REFUSED', `${shown(path)}: ${pointer}: ${why}`, {
    hint: 'if that is meant: gitward policy accept',
  })
