import { filterOnce } from '../../flows/filter/process.ts'
import type { Command } from '../command.ts'
import { readStandardInputBytes } from '../standard-input.ts'

export const command: Command = {
  synopsis: 'smudge PATH',
  options: {},
  operands: [1, 1],
  example: 'gitward smudge config/prod.env < config/prod.env',
  async run({ typed, surroundings, print }) {
    print.data(await filterOnce('smudge', typed.operands[0]!, readStandardInputBytes(), surroundings))
    return undefined
  },
}
