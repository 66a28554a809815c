import { inRepository } from '../../flows/context.ts'
import { lock } from '../../flows/people/lock.ts'
import type { Command } from '../command.ts'
import { onProgress } from '../progress.ts'

export const command: Command = {
  synopsis: 'lock',
  options: {},
  operands: [0, 0],
  example: 'gitward lock',
  async run(input) {
    const { surroundings, print } = input
    const { closed } = await lock(inRepository(surroundings), onProgress(input))
    print.note(`locked: ${closed} file${closed === 1 ? '' : 's'} encrypted in the work tree, keys forgotten`)
    return undefined
  },
}
