import { inRepository } from '../../flows/context.ts'
import { unprotect } from '../../flows/setup/protect.ts'
import type { Command } from '../command.ts'
import { printProtection } from './protection.ts'

export const command: Command = {
  synopsis: 'unprotect PATTERN…',
  options: {},
  operands: [1, Infinity],
  example: "gitward unprotect 'docs/**'",
  async run({ typed, surroundings, print }) {
    const report = await unprotect(inRepository(surroundings), typed.operands)
    print.note(`no longer protected: ${typed.operands.join(', ')}`)
    printProtection(print, report, 'as plaintext')
    return undefined
  },
}
