import { HOOK_MANAGERS, type HookManager } from '../../policy/schema.ts'
import type { HookPlace, Placement, Problem } from './place.ts'

export { HOOK_MANAGERS, type HookManager }

/** A program that runs git hooks, or git itself. */
export interface HookManagerRow {
  readonly kind: Exclude<HookManager, 'auto' | 'none'>
  /** True if this repository uses it already. */
  isUsed(place: HookPlace): boolean
  /** Every file that must hold something of ours. */
  placements(place: HookPlace): Placement[]
  /** Why git does not start the manager in this work tree; null if it does. */
  inactive(place: HookPlace): Problem | null
}
