import { catFile } from '../../flows/files/cat.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'cat FILE',
  options: {},
  operands: [1, 1],
  example: 'gitward cat .env',
  async run({ typed, surroundings, print }) {
    print.data(await catFile(surroundings, typed.operands[0]!))
    return undefined
  },
}
