import { GitwardError } from '../../core/errors.ts'
import type { Command } from '../command.ts'
import { describedCommands } from '../completion/described.ts'
import { shells } from '../completion/table.ts'
import { meant } from '../parse.ts'

export const command: Command = {
  synopsis: `completion ${Object.keys(shells).join('|')}`,
  options: {},
  operands: [1, 1],
  example:
    'mkdir -p ~/.local/share/bash-completion/completions && gitward completion bash > ~/.local/share/bash-completion/completions/gitward',
  async run({ typed, print }) {
    const [shell = ''] = typed.operands
    const script = Object.hasOwn(shells, shell) ? shells[shell] : undefined
    if (!script) {
      const names = Object.keys(shells)
      throw new GitwardError('USAGE', `completion: no shell ${shell}${meant(shell, names)}`, {
        hint: `gitward completion ${names.join('|')}`,
      })
    }
    print.data(Buffer.from(script(await describedCommands())))
    return undefined
  },
}
