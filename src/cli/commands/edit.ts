import { editFile } from '../../flows/values/edit.ts'
import type { Command } from '../command.ts'
import { confirm, isAtTerminal } from '../prompt.ts'

export const command: Command = {
  synopsis: 'edit FILE',
  options: {},
  operands: [1, 1],
  example: 'GITWARD_EDITOR=nano gitward edit config/prod.yaml',
  async run({ typed, surroundings, print }) {
    const [file] = typed.operands
    const stored = await editFile({ ...surroundings, confirm: isAtTerminal() ? confirm : null }, file!)
    if (stored === null) print.note(`${file} is unchanged`)
    else print.note(stored === 'sealed' ? `wrote ${file}, encrypted` : `wrote ${file}; git add encrypts it`)
    return undefined
  },
}
