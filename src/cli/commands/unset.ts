import { unsetInFile } from '../../flows/values/change.ts'
import { valueAddressIn } from '../../flows/values/work-file.ts'
import type { Command } from '../command.ts'
import { printStored } from './stored.ts'

export const command: Command = {
  synopsis: 'unset FILE:POINTER',
  options: {},
  operands: [1, 1],
  example: 'gitward unset .env:OLD_TOKEN',
  async run({ typed, surroundings, print }) {
    const { file, pointer } = valueAddressIn(surroundings.cwd, typed.operands[0]!, 'unset')
    printStored(print, file, await unsetInFile(surroundings, file, pointer), 'removed')
    return undefined
  },
}
