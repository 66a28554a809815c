import path from 'node:path'
import { defaultIdentityFile, keygen } from '../../flows/people/identity.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'keygen [--classic] [-o FILE]',
  options: {
    classic: { kind: 'flag', help: 'X25519, for scopes made with --classic' },
    output: {
      kind: 'value',
      short: 'o',
      value: 'FILE',
      help: 'identity file to make (default: in your config folder)',
    },
  },
  operands: [0, 0],
  example: 'gitward keygen',
  async run({ typed, surroundings, print }) {
    const kind = typed.flag('classic') ? 'classic' : 'hybrid'
    const output = typed.value('output')
    const file =
      output === undefined
        ? defaultIdentityFile(kind, surroundings.env)
        : path.resolve(surroundings.cwd, output)
    const { recipient, isNew } = await keygen(kind, file)
    print.note(isNew ? `made ${file}: keep it private and back it up` : `${file} is there already`)
    print.note('your recipient, for a member to add:')
    print.line(recipient)
    return undefined
  },
}
