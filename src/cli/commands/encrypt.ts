import { encryptFile } from '../../flows/files/encrypt.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'encrypt FILE [-o OUT] [--scope S] [--format binary|json] [--force]',
  options: {
    output: { kind: 'value', short: 'o', value: 'OUT', help: 'where to write (default: FILE.gitward)' },
    scope: { kind: 'value', value: 'S', help: 'whose key (default: default)' },
    format: {
      kind: 'value',
      value: 'FORMAT',
      oneOf: ['binary', 'json'],
      help: 'binary (default), or one JSON line',
    },
    force: { kind: 'flag', help: 'overwrite OUT' },
  },
  operands: [1, 1],
  example: 'gitward encrypt model.onnx -o model.onnx.gitward',
  async run({ typed, surroundings, print }) {
    const output = await encryptFile(surroundings, typed.operands[0]!, {
      scope: typed.value('scope') ?? 'default',
      format: typed.value('format') === 'json' ? 'json' : 'binary',
      output: typed.value('output'),
      force: typed.flag('force'),
    })
    print.note(`wrote ${output}`)
    return undefined
  },
}
