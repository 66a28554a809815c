import { verifyFile } from '../../flows/files/verify.ts'
import type { Command } from '../command.ts'
import { fileEffects, IDENTITY_OPTION, JOBS_OPTION } from '../file-effects.ts'
import { size } from '../progress.ts'

export const command: Command = {
  synopsis: 'verify FILE [--identity FILE]… [--jobs N]',
  options: { ...IDENTITY_OPTION, ...JOBS_OPTION },
  operands: [1, 1],
  example: 'gitward verify model.onnx.gitward',
  async run(input) {
    const { typed, print } = input
    const [file] = typed.operands
    const { length, seconds } = await verifyFile(fileEffects(input), file!, {
      identityFiles: typed.list('identity'),
    })
    print.note(`${file}: all ${size(length)} authenticate (${size(length / seconds)}/s)`)
    return undefined
  },
}
