import { pointerScope, protectionScopes, type Protection } from './policy.ts'

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

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
