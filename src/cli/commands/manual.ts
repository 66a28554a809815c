import type { Command } from '../command.ts'
import { manual } from '../manual.ts'

export const command: Command = {
  synopsis: 'manual',
  options: {},
  operands: [0, 0],
  example: 'gitward manual | man -l -',
  async run({ print }) {
    print.data(Buffer.from(await manual()))
    return undefined
  },
}
