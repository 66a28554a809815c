import { compilePolicy, type CompiledPolicy } from '../../../../src/policy/policy.ts'
import type { ProtectRule, ProtectRuleInput } from '../../../../src/policy/schema.ts'

export const REPO = 'AAAAAAAAAAAAAAAAAAAAAA=='

/** A compiled policy of these rules, in the default scope unless they say otherwise. */
export function policyOf(...rules: readonly ProtectRuleInput[]): CompiledPolicy {
  return compilePolicy({ repo: REPO, protect: rules.map(inScope) })
}

function inScope({ scope = 'default', ...rule }: ProtectRuleInput): ProtectRule {
  return { ...rule, scope }
}
