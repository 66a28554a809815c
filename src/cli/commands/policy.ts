import { GitwardError } from '../../core/errors.ts'
import { inRepository } from '../../flows/context.ts'
import { acceptPolicy } from '../../flows/policy-trust.ts'
import type { Command } from '../command.ts'
import { meant } from '../parse.ts'

export const command: Command = {
  synopsis: 'policy accept',
  options: {},
  operands: [1, 1],
  example: 'gitward policy accept',
  async run({ typed, surroundings, print }) {
    const [verb] = typed.operands
    if (verb !== 'accept')
      throw new GitwardError('USAGE', `policy: unknown word ${verb}${meant(verb!, ['accept'])}`, {
        hint: 'gitward policy accept',
      })
    await acceptPolicy(inRepository(surroundings))
    print.note('accepted the policy of this work tree: this machine trusts it from now on')
    return undefined
  },
}
