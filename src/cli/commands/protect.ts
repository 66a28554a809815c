import { inRepository } from '../../flows/context.ts'
import {
  MODEL_PATTERNS,
  pickles,
  protect,
  shownPath,
  type ProtectRuleInput,
} from '../../flows/setup/protect.ts'
import { GitwardError } from '../../core/errors.ts'
import type { Command, Typed } from '../command.ts'
import type { Printer } from '../print.ts'
import { printProtection } from './protection.ts'

export const command: Command = {
  synopsis: 'protect PATTERN… [--keys GLOB]… [--except GLOB]… [--whole[=json|lfs]] [--models] [--scope S]',
  options: {
    keys: { kind: 'list', value: 'GLOB', help: 'only values at these keys (default: every value)' },
    except: { kind: 'list', value: 'GLOB', help: 'but not at these' },
    whole: {
      kind: 'optional',
      value: 'json|lfs',
      oneOf: ['json', 'lfs'],
      help: 'encrypt whole files: as bytes, as one JSON line, or with the bytes in git-lfs',
    },
    models: { kind: 'flag', help: `encrypt model files as a whole: ${MODEL_PATTERNS.join(' ')}` },
    scope: { kind: 'value', value: 'S', help: 'whose keys (default: default)' },
  },
  operands: [0, Infinity],
  example: "gitward protect --whole 'models/**' .env",
  async run({ typed, surroundings, print }) {
    const rule = ruleOf(typed)
    const report = await protect(inRepository(surroundings), rule)
    print.note(report.changed ? `protected: ${rule.paths.join(', ')}` : 'the policy says so already')
    printProtection(print, report, 'encrypted')
    warnOfPickles(print, [...rule.paths, ...report.renormalised.map(shownPath)])
    return undefined
  },
}

function ruleOf(typed: Typed): ProtectRuleInput {
  const scope = typed.value('scope')
  const [keys, except] = [typed.list('keys'), typed.list('except')]
  const patterns = [...(typed.flag('models') ? MODEL_PATTERNS : []), ...typed.operands]
  if (patterns.length === 0) {
    throw new GitwardError('USAGE', 'protect: an argument is missing', { hint: 'gitward protect --help' })
  }
  return {
    paths: patterns,
    ...(keys.length > 0 ? { keys } : {}),
    ...(except.length > 0 ? { except } : {}),
    ...(typed.flag('whole') || typed.flag('models') ? { whole: formOf(typed.value('whole')) } : {}),
    ...(scope === undefined ? {} : { scope }),
  }
}

const formOf = (value: string | undefined): true | 'json' | 'lfs' =>
  value === 'json' || value === 'lfs' ? value : true

/** Encryption says who wrote a file, not that it is harmless to load. */
function warnOfPickles(print: Printer, names: readonly string[]): void {
  const found = pickles(names)
  if (found.length === 0) return
  print.warn(`${found.join(', ')} may be pickles: loading one runs the code in it, encrypted or not`)
  print.note('safer: safetensors, or torch.load(file, weights_only=True)')
}
