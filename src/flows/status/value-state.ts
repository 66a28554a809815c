import { toHex } from '../../core/bytes.ts'
import { parseToken } from '../../envelope/token.ts'
import { pointerScope, type Protection } from '../../policy/policy.ts'
import { weakerPointer } from '../../policy/weaker.ts'
import type { HeldValue } from '../filter/held-values.ts'

/**
 * How a path, or a value in it, stands in git; the worst first.
 *
 * plaintext: protected, yet plain in git · moved: ciphertext outside its protection · awaiting-accept: the policy
 * here is weaker than the trusted one · locked: encrypted in git and here · sealed: encrypted in git, readable
 * here · plain-by-policy: the policy leaves it plain, or nothing in the file is to be encrypted.
 */
export const STATES = [
  'plaintext',
  'moved',
  'awaiting-accept',
  'locked',
  'sealed',
  'plain-by-policy',
] as const

export type PathState = (typeof STATES)[number]

/** Null for none. */
export const worst = (states: readonly PathState[]): PathState | null =>
  STATES.find(state => states.includes(state)) ?? null

/** What decides about the values of one file. */
export interface ValueRules {
  readonly protection: Protection | null
  /** What the policy that this machine trusts says of the file. */
  readonly pinned: Protection | null
  /** The scope of a kid in hex; null for a key that is not this repository's. */
  readonly scopeOf: (kid: string) => string | null
  /** The tokens that stand in the work tree's file. */
  readonly closed: ReadonlySet<string>
}

/** Needs no key: says what a value's form and place tell. */
export function valueState(
  { pointer, token }: HeldValue,
  { protection, pinned, scopeOf, closed }: ValueRules,
): PathState {
  const scope = pointerScope(protection, pointer)
  if (scope === null && weakerPointer(pinned, protection, pointer)) return 'awaiting-accept'
  if (token === null) return scope === null ? 'plain-by-policy' : 'plaintext'
  if (scope === null || scopeOf(toHex(parseToken(token)!.kid)) !== scope) return 'moved'
  return closed.has(token) ? 'locked' : 'sealed'
}
