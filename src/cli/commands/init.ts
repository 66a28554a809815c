import { inRepository } from '../../flows/context.ts'
import { init } from '../../flows/setup/init.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'init [--scope S] [--classic] [--hooks none] [--ci none]',
  options: {
    scope: { kind: 'value', value: 'S', help: 'name of the scope (default: default)' },
    classic: {
      kind: 'flag',
      help: 'X25519 recipients, for age older than 1.3, instead of post-quantum ones',
    },
    hooks: {
      kind: 'value',
      value: 'MANAGER',
      oneOf: ['none'],
      help: 'who runs git hooks (none yet)',
    },
    ci: { kind: 'value', value: 'SYSTEM', oneOf: ['none'], help: 'CI files to write (none yet)' },
  },
  operands: [0, 0],
  example: 'gitward init',
  async run({ typed, surroundings, print }) {
    const kind = typed.flag('classic') ? 'classic' : 'hybrid'
    const report = await init(inRepository(surroundings), {
      scope: typed.value('scope'),
      kind,
      hooks: 'none',
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
    print.note(
      `next: gitward protect --whole 'models/**'${unlocked.scope === 'default' ? '' : ` --scope ${unlocked.scope}`}`,
    )
    return undefined
  },
}
