import { verifyFile } from '../../flows/files/verify.ts'
import type { Command } from '../command.ts'
import { fileEffects, IDENTITY_OPTION, JOBS_OPTION } from '../file-effects.ts'
import { signedBy, signedOf, SIGNER_OPTIONS } from '../signature-options.ts'
import { size } from '../progress.ts'

export const command: Command = {
  synopsis:
    'verify FILE [--identity FILE]… [--signer FILE [--signed-by IDENTITY] [--signature FILE] [--name NAME] [--round N] [--context TEXT]] [--jobs N]',
  options: { ...IDENTITY_OPTION, ...SIGNER_OPTIONS, ...JOBS_OPTION },
  operands: [1, 1],
  example: 'gitward verify model.onnx.gitward',
  async run(input) {
    const { typed, print } = input
    const [file] = typed.operands
    const signed = await signedOf('verify', file!, input)
    const { length, seconds } = await verifyFile(fileEffects(input), file!, {
      identityFiles: typed.list('identity'),
      signed,
    })
    if (signed) print.note(signedBy(file!, signed))
    print.note(`${file}: all ${size(length)} authenticate (${size(length / seconds)}/s)`)
    return undefined
  },
}
