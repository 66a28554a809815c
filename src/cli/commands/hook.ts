import { GitwardError } from '../../core/errors.ts'
import { inRepository } from '../../flows/context.ts'
import { check } from '../../flows/gate/check.ts'
import type { CheckScope } from '../../flows/gate/subjects.ts'
import { CLONE_HOOKS, type CloneHook } from '../../flows/hooks/place.ts'
import { recordSkip } from '../../flows/hooks/skipped.ts'
import { textReport } from '../../report/text.ts'
import type { Command } from '../command.ts'
import { meant } from '../parse.ts'
import { verdict } from '../reporting.ts'
import { readStandardInput } from '../standard-input.ts'

const NAMES = [...CLONE_HOOKS]

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
    const scope = scopeOf(name, typed.operands[1] ?? '')
    if (scope === null) return 0
    const report = await check(context, scope, new Date().toISOString().slice(0, 10))
    const code = verdict(report)
    if (code === 0) return 0
    print.note(textReport(report).trimEnd())
    print.warn(`${name} refuses; mend what stands above (GITWARD=0 skips this hook once)`)
    return code
  },
}

/** Null where nothing is pushed. */
function scopeOf(name: CloneHook, remote: string): CheckScope | null {
  if (name !== 'pre-push') return { kind: 'staged' }
  const tips = readStandardInput()
    .split('\n')
    .map(line => line.split(' ').at(-3) ?? '')
    .filter(id => /[1-9a-f]/.test(id))
  return tips.length === 0 ? null : { kind: 'range', range: `${tips.join(' ')} --not --remotes=${remote}` }
}

function knownName(name: string): CloneHook {
  const known = NAMES.find(each => each === name)
  if (known) return known
  throw new GitwardError('USAGE', `hook: there is no hook ${name}${meant(name, NAMES)}`, {
    hint: 'gitward hook pre-commit',
  })
}
