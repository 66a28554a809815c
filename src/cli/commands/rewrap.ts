import { GitwardError } from '../../core/errors.ts'
import { rewrapFile } from '../../flows/files/rewrap.ts'
import type { Command } from '../command.ts'
import { fileEffects, IDENTITY_OPTION } from '../file-effects.ts'

export const command: Command = {
  synopsis: 'rewrap FILE [--add RECIPIENT]… [--remove RECIPIENT]… [--identity FILE]…',
  options: {
    add: { kind: 'list', value: 'RECIPIENT', help: 'who can open it from now on' },
    remove: { kind: 'list', value: 'RECIPIENT', help: 'who cannot open this copy any more' },
    ...IDENTITY_OPTION,
  },
  operands: [1, 1],
  example: 'gitward rewrap model.onnx.gitward --add age1…',
  async run(input) {
    const { typed, print } = input
    const [file] = typed.operands
    const choice = {
      add: typed.list('add'),
      remove: typed.list('remove'),
      identityFiles: typed.list('identity'),
    }
    if (choice.add.length + choice.remove.length === 0)
      throw new GitwardError('USAGE', 'rewrap: say who with --add or --remove', {
        hint: 'gitward rewrap --help',
      })
    const { recipients, inPlace } = await rewrapFile(fileEffects(input), file!, choice)
    const how = inPlace ? '' : '; the file was written anew, for its header had no room'
    print.note(`${file}: ${recipients} recipient${recipients === 1 ? '' : 's'} now${how}`)
    if (choice.remove.length > 0)
      print.note('whoever was removed can still open every copy from before: share those no more')
    return undefined
  },
}
