import { catFile, getValue } from '../../flows/values/get.ts'
import { addressIn } from '../../flows/values/work-file.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'cat FILE[:POINTER]',
  options: {},
  operands: [1, 1],
  example: 'gitward cat .env',
  async run({ typed, surroundings, print }) {
    const { file, pointer } = addressIn(surroundings.cwd, typed.operands[0]!)
    if (pointer === null) print.data(await catFile(surroundings, file))
    else print.data(Buffer.from(await getValue(surroundings, file, pointer)))
    return undefined
  },
}
