import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { inHistory, inRepositoryFast } from '../../flows/context.ts'
import { check } from '../../flows/gate/check.ts'
import { ciRange } from '../../flows/gate/ci-range.ts'
import { preReceivePush } from '../../flows/gate/ref-updates.ts'
import type { CheckScope } from '../../flows/gate/subjects.ts'
import { skippedCommits } from '../../flows/hooks/skipped.ts'
import type { Command, CommandInput, Typed } from '../command.ts'
import { printReports, REPORT_OPTIONS } from '../reporting.ts'
import { readStandardInput } from '../standard-input.ts'

export const command: Command = {
  synopsis:
    'check [--staged|--range A..B|--all|--files FILE…|--pre-receive] [--report NAME[=PATH]]… [--json]',
  options: {
    staged: { kind: 'flag', help: 'what the next commit would change' },
    range: {
      kind: 'value',
      value: 'A..B',
      help: 'every commit of a range, by the policy of each; in CI: auto',
    },
    all: { kind: 'flag', help: 'every file of the index (default)' },
    'pre-receive': { kind: 'flag', help: 'the commits of a push, in a pre-receive hook' },
    files: { kind: 'flag', help: 'only these files of the index' },
    ...REPORT_OPTIONS,
  },
  operands: [0, Infinity],
  example: 'gitward check --staged',
  async run(input) {
    const { typed, surroundings, print } = input
    const scope = detected(scopeOf(typed, surroundings.cwd), input)
    if (scope === null) return undefined
    const isHistory = scope.kind === 'range' || scope.kind === 'push'
    const context = isHistory ? inHistory(surroundings) : inRepositoryFast(surroundings)
    const outcome = await check(context, scope, new Date().toISOString().slice(0, 10))
    if (outcome.commits === 0) {
      print.note('no new commits: nothing to check')
      return printReports('check', input, outcome)
    }
    if (!outcome.hasPolicy)
      print.note('no policy here: scanned for secrets only; gitward init protects files')
    if (scope.kind === 'range')
      for (const each of skippedCommits(context.repository, scope.range))
        print.warn(
          `commit ${each.commit.slice(0, 12)}: ${each.hook} was skipped with GITWARD=0 at ${each.time}`,
        )
    if (outcome.looked === 0) print.note('nothing to scan')
    return printReports('check', input, outcome)
  },
}

/** `--range auto` as the range that it stands for; null if the run brings no commits. */
function detected(scope: CheckScope, { surroundings, print }: CommandInput): CheckScope | null {
  if (scope.kind !== 'range' || scope.range !== 'auto') return scope
  const { range, reason } = ciRange(inHistory(surroundings))
  print.note(range === null ? `${reason}: nothing to check` : `looking at ${reason}`)
  return range === null ? null : { kind: 'range', range }
}

function scopeOf(typed: Typed, cwd: string): CheckScope {
  const range = typed.value('range')
  const modes = ['staged', 'all', 'files', 'pre-receive'].filter(name => typed.flag(name))
  if (modes.length + (range === undefined ? 0 : 1) > 1)
    throw new GitwardError(
      'USAGE',
      'check: --staged, --range, --all, --files and --pre-receive exclude one another',
      { hint: 'gitward check --help' },
    )
  if (typed.flag('files') !== typed.operands.length > 0) {
    throw new GitwardError('USAGE', 'check: --files and file names go together', {
      hint: 'gitward check --files config/prod.yaml',
    })
  }
  if (range !== undefined) return { kind: 'range', range }
  if (typed.flag('staged')) return { kind: 'staged' }
  if (typed.flag('pre-receive')) return { kind: 'push', push: preReceivePush(readStandardInput()) }
  if (typed.flag('files'))
    return { kind: 'files', files: typed.operands.map(file => path.resolve(cwd, file)) }
  return { kind: 'all' }
}
