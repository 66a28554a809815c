import { decryptFile } from '../../flows/files/decrypt.ts'
import type { Command } from '../command.ts'
import { fileEffects, IDENTITY_OPTION, JOBS_OPTION } from '../file-effects.ts'
import { signedBy, signedOf, SIGNER_OPTIONS } from '../signature-options.ts'

export const command: Command = {
  synopsis:
    'decrypt FILE|- [-o OUT|-] [--identity FILE]… [--signer FILE [--signed-by IDENTITY] [--signature FILE] [--name NAME] [--round N] [--context TEXT]] [--jobs N] [--force]',
  options: {
    output: {
      kind: 'value',
      short: 'o',
      value: 'OUT',
      help: 'where to write; - for standard output (default: FILE without .gitward)',
    },
    ...IDENTITY_OPTION,
    ...SIGNER_OPTIONS,
    ...JOBS_OPTION,
    force: { kind: 'flag', help: 'overwrite OUT' },
  },
  operands: [1, 1],
  example: 'gitward decrypt model.onnx.gitward -o model.onnx',
  async run(input) {
    const { typed, print } = input
    const [file] = typed.operands
    const signed = await signedOf('decrypt', file!, input)
    const output = await decryptFile(fileEffects(input), file!, {
      identityFiles: typed.list('identity'),
      output: typed.value('output'),
      force: typed.flag('force'),
      signed,
    })
    if (signed) print.note(signedBy(file!, signed))
    if (output !== '-') print.note(`wrote ${output}`)
    return undefined
  },
}
