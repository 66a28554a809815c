import { hasCode } from '../core/errors.ts'
import type { GitPath } from '../core/path.ts'
import { examplePaths } from './examples.ts'
import { ANYTHING, examplesOf } from './globs.ts'
import { pointerOf } from './pointers.ts'
import {
  pointerScope,
  protectionOf,
  protectionScopes,
  type CompiledPolicy,
  type Protection,
  type ValueRule,
} from './policy.ts'

// "Weaker" means: something sealed before would be plain now, or sealed for the members of another scope.

/**
 * True if a path loses protection whatever values it holds: it had some and has none, or was sealed as a whole
 * and now leaves its comments, keys and layout plain. Between two value protections ask `weakerPointer` of each
 * value.
 */
export function isWeaker(pinned: Protection | null, now: Protection | null): boolean {
  if (pinned === null) return false
  return now === null || (pinned.mode === 'whole' && now.mode === 'values')
}

/** True if `pinned` seals the value at `pointer` in some scope and `now` leaves it plain. */
export function weakerPointer(pinned: Protection | null, now: Protection | null, pointer: string): boolean {
  return pointerScope(pinned, pointer) !== null && pointerScope(now, pointer) === null
}

/**
 * True unless the rules alone show that nothing under `pinned` is plain or in another scope under `now`: the
 * cautious question, for deciding whether to trust a new policy without looking into any file.
 */
export function mayWeaken(pinned: Protection | null, now: Protection | null): boolean {
  if (pinned === null) return false
  if (isWeaker(pinned, now)) return true
  const scopes = protectionScopes(pinned)
  if (!protectionScopes(now!).every(scope => scopes.length === 1 && scope === scopes[0]))
    return !isSame(pinned, now!)
  if (pinned.mode === 'whole' || now!.mode === 'whole') return false
  const before = pinned.rules
  const added = now!.rules.slice(before.length)
  return !isSame(before, now!.rules.slice(0, before.length)) || added.some(({ except }) => except.length > 0)
}

/** True if the value at `pointer` would be plain, or sealed for the members of another scope. */
export function losesPointer(before: Protection | null, after: Protection | null, pointer: string): boolean {
  const scope = pointerScope(before, pointer)
  return scope !== null && scope !== pointerScope(after, pointer)
}

/** Pointers that tell the globs of two protections apart, whatever values a file holds today. */
export function tellingPointers(...protections: readonly (Protection | null)[]): string[] {
  const rules: ValueRule[] = protections.flatMap(each => (each?.mode === 'values' ? each.rules : []))
  const globs = rules.flatMap(({ keys, except }) => [...keys, ...except])
  return [...new Set([[ANYTHING], ...globs.flatMap(examplesOf)].map(pointerOf))]
}

/** A path that a pattern of some policy reaches, whether such a file is there or not. */
export interface ReachedPath {
  readonly path: GitPath
  readonly pattern: string
}

/** Paths that tell the patterns of the policy from those of others: what may come must be protected, too. */
export const reachedPaths = ({ rules }: CompiledPolicy): ReachedPath[] =>
  rules.flatMap(({ paths }) =>
    paths.flatMap(({ pattern }) => examplePaths(pattern).map(path => ({ path, pattern }))),
  )

/** True if some path that `before` reaches may lose protection, whatever files there are. */
export const mayWeakenPaths = (before: CompiledPolicy, after: CompiledPolicy): boolean =>
  reachedPaths(before).some(({ path }) => {
    const both = protectionsAt(path, before, after)
    return both !== null && mayWeaken(...both)
  })

/** What two policies ask for at a path; null where rules of one clash, so that nobody can add a file there. */
export function protectionsAt(
  path: GitPath,
  before: CompiledPolicy,
  after: CompiledPolicy,
): readonly [before: Protection | null, after: Protection | null] | null {
  try {
    return [protectionOf(before, path), protectionOf(after, path)]
  } catch (error) {
    if (hasCode(error, 'CONFIG')) return null
    throw error
  }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
