import type { HookManager } from '../../policy/schema.ts'
import { husky } from './husky.ts'
import { lefthook } from './lefthook.ts'
import type { HookManagerRow } from './manager.ts'
import type { HookPlace } from './place.ts'
import { plainGitPlacements } from './plain-git.ts'
import { preCommit } from './pre-commit.ts'

const plainGit: HookManagerRow = {
  kind: 'git',
  isUsed: () => true,
  placements: plainGitPlacements,
  inactive: () => null,
}

/** Who may run git hooks; git itself comes last, for it always can. */
const managers: readonly HookManagerRow[] = [husky, lefthook, preCommit, plainGit]

/** The row of a kind, `auto` being the first that is used here; null for `none`. */
export function managerOf(place: HookPlace, kind: HookManager): HookManagerRow | null {
  const isMeant = (row: HookManagerRow) => (kind === 'auto' ? row.isUsed(place) : row.kind === kind)
  return managers.find(isMeant) ?? null
}
