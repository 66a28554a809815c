import { filterProcess } from '../../flows/filter/process.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'filter-process',
  options: {},
  operands: [0, 0],
  example: 'git config filter.gitward.process "gitward filter-process"',
  async run({ surroundings }) {
    await filterProcess(surroundings)
    return undefined
  },
}
