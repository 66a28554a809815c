import type { GitPath } from '../../core/path.ts'
import { isScanIgnored, type CompiledPolicy } from '../../policy/policy.ts'
import type { Rule } from '../../scan/rule.ts'
import { rules } from '../../scan/rules/table.ts'

/** What no policy can switch off. */
const privateKeyRules = rules.filter(({ kind }) => kind === 'private-key')
/** One list a policy: the scanner compiles each list once. */
const leftBy = new WeakMap<CompiledPolicy, readonly Rule[]>()

/** The rules that a policy leaves for a path. */
export function rulesFor(policy: CompiledPolicy | null, path: GitPath): readonly Rule[] {
  if (policy === null) return rules
  if (isScanIgnored(policy, path)) return privateKeyRules
  const left = leftBy.get(policy) ?? withoutDisabled(policy)
  leftBy.set(policy, left)
  return left
}

function withoutDisabled({ scan: { disable } }: CompiledPolicy): readonly Rule[] {
  if (disable.length === 0) return rules
  return rules.filter(({ id, kind }) => kind === 'private-key' || !disable.includes(id))
}
