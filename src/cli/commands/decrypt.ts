import { decryptFile } from '../../flows/files/decrypt.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'decrypt FILE [-o OUT|-] [--force]',
  options: {
    output: {
      kind: 'value',
      short: 'o',
      value: 'OUT',
      help: 'where to write; - for standard output (default: FILE without .gitward)',
    },
    force: { kind: 'flag', help: 'overwrite OUT' },
  },
  operands: [1, 1],
  example: 'gitward decrypt model.onnx.gitward -o model.onnx',
  async run({ typed, surroundings, print }) {
    const result = await decryptFile(surroundings, typed.operands[0]!, {
      output: typed.value('output'),
      force: typed.flag('force'),
    })
    if (typeof result === 'string') print.note(`wrote ${result}`)
    else print.data(result)
    return undefined
  },
}
