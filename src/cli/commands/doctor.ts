import { inRepository } from '../../flows/context.ts'
import { doctor } from '../../flows/doctor/doctor.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'doctor [--fix] [--json]',
  options: {
    fix: { kind: 'flag', help: 'mend what can be mended without a question' },
    json: { kind: 'flag', help: 'a list of {check, level, what, mend}' },
  },
  operands: [0, 0],
  example: 'gitward doctor',
  async run({ typed, surroundings, print }) {
    const found = await doctor(inRepository(surroundings), { fix: typed.flag('fix') })
    if (typed.flag('json')) print.json(found)
    else
      for (const { level, what, mend } of found)
        print.line(
          `${level.toUpperCase().padEnd(4)}  ${what}${mend === undefined ? '' : `\n      try: ${mend}`}`,
        )
    return found.some(({ level }) => level === 'fail') ? 1 : 0
  },
}
