import { POLICY_PATH } from '../names.ts'
import { assertKidsUnique } from '../tracked.ts'
import { GitwardError } from '../../core/errors.ts'
import type { JudgedTree } from './tree.ts'

/** Paths of what makes a tree's own rules unreadable or ambiguous. */
export function policyFlaws({ policyProblem, epochs }: JudgedTree): string[] {
  const twice = epochs.filter(a => epochs.some(b => a !== b && a.scope === b.scope && a.epoch === b.epoch))
  const ambiguous = areKidsUnique(epochs) ? [] : epochs.map(({ path }) => path)
  return [
    ...(policyProblem ? [POLICY_PATH] : []),
    ...new Set([...twice.map(({ path }) => path), ...ambiguous]),
  ]
}

function areKidsUnique(epochs: JudgedTree['epochs']): boolean {
  try {
    assertKidsUnique(epochs)
    return true
  } catch (error) {
    if (error instanceof GitwardError) return false
    throw error
  }
}
