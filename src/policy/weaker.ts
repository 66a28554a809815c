import { pointerScope, protectionScopes, type Protection } from './policy.ts'

// "Weaker" means: something sealed before would be plain now, or sealed for the members of another scope.

/**
 * True if a path loses protection whatever values it holds: it had some and has none, was sealed as a whole and now
 * leaves its comments, keys and layout plain, or becomes a whole file of another scope. Between two value
 * protections ask `weakerPointer` of each value.
 */
export function isWeaker(pinned: Protection | null, now: Protection | null): boolean {
  if (pinned === null) return false
  if (now === null || now.mode === 'values') return now === null || pinned.mode === 'whole'
  return protectionScopes(pinned).some(scope => scope !== now.scope)
}

/** True if `pinned` seals the value at `pointer`, and `now` leaves it plain or seals it in another scope. */
export function weakerPointer(pinned: Protection | null, now: Protection | null, pointer: string): boolean {
  const scope = pointerScope(pinned, pointer)
  return scope !== null && pointerScope(now, pointer) !== scope
}
