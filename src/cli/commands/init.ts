import { inRepository } from '../../flows/context.ts'
import { HOOK_MANAGERS, type HookManager } from '../../flows/hooks/manager.ts'
import { CI_SYSTEMS, writeCiFile, type CiSystem } from '../../flows/setup/ci-file.ts'
import { init, isInitialised } from '../../flows/setup/init.ts'
import type { Command } from '../command.ts'
import { printHooks } from '../hooks.ts'

export const command: Command = {
  synopsis:
    'init [--scope S] [--classic] [--hooks auto|husky|lefthook|pre-commit|git|none] [--ci github|gitlab|none]',
  options: {
    scope: { kind: 'value', value: 'S', help: 'name of the scope (default: default)' },
    classic: {
      kind: 'flag',
      help: 'X25519 recipients, for age older than 1.3, instead of post-quantum ones',
    },
    hooks: {
      kind: 'value',
      value: 'MANAGER',
      oneOf: HOOK_MANAGERS,
      help: 'who runs git hooks: auto (default), husky, lefthook, pre-commit, git or none',
    },
    ci: {
      kind: 'value',
      value: 'SYSTEM',
      oneOf: CI_SYSTEMS,
      help: 'write the file that checks in CI: github, gitlab or none (default)',
    },
  },
  operands: [0, 0],
  example: 'gitward init',
  async run({ typed, surroundings, print }) {
    const kind = typed.flag('classic') ? 'classic' : 'hybrid'
    const context = inRepository(surroundings)
    const ci = (typed.value('ci') ?? 'none') as CiSystem
    const addsCiOnly = ci !== 'none' && typed.value('scope') === undefined && isInitialised(context)
    if (addsCiOnly) {
      for (const line of writeCiFile(context, ci)) print.note(line)
      return undefined
    }
    const report = await init(context, {
      scope: typed.value('scope'),
      kind,
      hooks: typed.value('hooks') as HookManager | undefined,
    })
    const { identity, unlocked } = report
    print.note(
      identity.isNew
        ? `made your identity: ${identity.from} (back it up)`
        : `using your identity from ${identity.from}`,
    )
    print.note(`made scope ${unlocked.scope}, epoch 1; its only member is ${report.memberName}`)
    if (report.isNewRepository) print.note('configured this clone: filter, diff and merge settings')
    print.note(`wrote ${report.written.join(', ')}`)
    if (report.hooks) printHooks(print, report.hooks)
    for (const line of writeCiFile(context, ci)) print.note(line)
    print.note(
      `next: gitward protect --whole 'models/**'${unlocked.scope === 'default' ? '' : ` --scope ${unlocked.scope}`}`,
    )
    return undefined
  },
}
