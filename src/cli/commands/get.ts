import { getValue } from '../../flows/values/get.ts'
import { valueAddressIn } from '../../flows/values/work-file.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'get FILE:POINTER [--json]',
  options: { json: { kind: 'flag', help: 'as one JSON string' } },
  operands: [1, 1],
  example: 'gitward get config/prod.yaml:db.password',
  async run({ typed, surroundings, print }) {
    const { file, pointer } = valueAddressIn(surroundings.cwd, typed.operands[0]!, 'get')
    const value = await getValue(surroundings, file, pointer)
    if (typed.flag('json')) print.json(value)
    else print.line(value)
    return undefined
  },
}
