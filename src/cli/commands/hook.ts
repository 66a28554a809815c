import { GitwardError } from '../../core/errors.ts'
import { inRepository } from '../../flows/context.ts'
import { check } from '../../flows/gate/check.ts'
import { recordSkip } from '../../flows/hooks/skipped.ts'
import { textReport } from '../../report/text.ts'
import type { Command } from '../command.ts'
import { meant } from '../parse.ts'
import { verdict } from '../reporting.ts'

const NAMES = ['pre-commit', 'pre-merge-commit', 'pre-applypatch']

export const command: Command = {
  synopsis: 'hook NAME [ARGUMENT]…',
  options: {},
  operands: [1, Infinity],
  example: 'gitward hook pre-commit',
  async run({ typed, surroundings, print }) {
    const name = knownName(typed.operands[0]!)
    const context = inRepository(surroundings)
    if (surroundings.env['GITWARD'] === '0') {
      recordSkip(context.repository, name, new Date())
      print.warn(`GITWARD=0: ${name} looked at nothing; gitward check --range, in CI, still does`)
      return 0
    }
    const report = await check(context, { kind: 'staged' }, new Date().toISOString().slice(0, 10))
    const code = verdict(report)
    if (code === 0) return 0
    print.note(textReport(report).trimEnd())
    print.warn(`${name} refuses; mend what stands above (GITWARD=0 skips this hook once)`)
    return code
  },
}

function knownName(name: string): string {
  if (NAMES.includes(name)) return name
  throw new GitwardError('USAGE', `hook: there is no hook ${name}${meant(name, NAMES)}`, {
    hint: 'gitward hook pre-commit',
  })
}
