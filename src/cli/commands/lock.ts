import { inRepository } from '../../flows/context.ts'
import { lock } from '../../flows/people/lock.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'lock',
  options: {},
  operands: [0, 0],
  example: 'gitward lock',
  async run({ surroundings, print }) {
    const { closed } = await lock(inRepository(surroundings))
    print.note(`locked: ${closed} file${closed === 1 ? '' : 's'} encrypted in the work tree, keys forgotten`)
    return undefined
  },
}
