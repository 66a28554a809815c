import { inRepository } from '../../flows/context.ts'
import { protect, type ProtectRuleInput } from '../../flows/setup/protect.ts'
import type { Command, Typed } from '../command.ts'
import { printProtection } from './protection.ts'

export const command: Command = {
  synopsis: 'protect PATTERN… [--keys GLOB]… [--except GLOB]… [--whole[=json]] [--scope S]',
  options: {
    keys: { kind: 'list', value: 'GLOB', help: 'only values at these keys (default: every value)' },
    except: { kind: 'list', value: 'GLOB', help: 'but not at these' },
    whole: {
      kind: 'optional',
      value: 'json',
      oneOf: ['json'],
      help: 'encrypt whole files, as bytes or as one JSON line',
    },
    scope: { kind: 'value', value: 'S', help: 'whose keys (default: default)' },
  },
  operands: [1, Infinity],
  example: "gitward protect --whole 'models/**' .env",
  async run({ typed, surroundings, print }) {
    const report = await protect(inRepository(surroundings), ruleOf(typed))
    print.note(report.changed ? `protected: ${typed.operands.join(', ')}` : 'the policy says so already')
    printProtection(print, report, 'encrypted')
    return undefined
  },
}

function ruleOf(typed: Typed): ProtectRuleInput {
  const scope = typed.value('scope')
  const [keys, except] = [typed.list('keys'), typed.list('except')]
  return {
    paths: [...typed.operands],
    ...(keys.length > 0 ? { keys } : {}),
    ...(except.length > 0 ? { except } : {}),
    ...(typed.flag('whole') ? { whole: typed.value('whole') === 'json' ? 'json' : true } : {}),
    ...(scope === undefined ? {} : { scope }),
  }
}
