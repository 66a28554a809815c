import { pointerScope, type Protection } from './policy.ts'

// "Weaker" means: something sealed before would be plain now. Another scope or form is not weaker: scope
// enforcement judges that.

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
