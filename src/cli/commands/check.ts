import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { inRepository } from '../../flows/context.ts'
import { check } from '../../flows/gate/check.ts'
import type { CheckScope } from '../../flows/gate/subjects.ts'
import type { Command, Typed } from '../command.ts'
import { printReports, REPORT_OPTIONS } from '../reporting.ts'

export const command: Command = {
  synopsis: 'check [--staged|--range A..B|--all|--files FILE…] [--report NAME[=PATH]]… [--json]',
  options: {
    staged: { kind: 'flag', help: 'what the next commit would change' },
    range: { kind: 'value', value: 'A..B', help: 'every commit of a range, by the policy of each' },
    all: { kind: 'flag', help: 'every file of the index (default)' },
    files: { kind: 'flag', help: 'only these files of the index' },
    ...REPORT_OPTIONS,
  },
  operands: [0, Infinity],
  example: 'gitward check --staged',
  async run(input) {
    const { typed, surroundings, print } = input
    const outcome = await check(
      inRepository(surroundings),
      scopeOf(typed, surroundings.cwd),
      new Date().toISOString().slice(0, 10),
    )
    if (!outcome.hasPolicy)
      print.note('no policy here: scanned for secrets only; gitward init protects files')
    if (outcome.looked === 0) print.note('nothing to scan')
    return printReports(input, outcome)
  },
}

function scopeOf(typed: Typed, cwd: string): CheckScope {
  const range = typed.value('range')
  const chosen = [typed.flag('staged'), typed.flag('all'), typed.flag('files'), range !== undefined].filter(
    Boolean,
  )
  if (chosen.length > 1)
    throw new GitwardError('USAGE', 'check: --staged, --range, --all and --files exclude one another', {
      hint: 'gitward check --help',
    })
  if (typed.flag('files') !== typed.operands.length > 0) {
    throw new GitwardError('USAGE', 'check: --files and file names go together', {
      hint: 'gitward check --files config/prod.yaml',
    })
  }
  if (typed.flag('staged')) return { kind: 'staged' }
  if (typed.flag('files'))
    return { kind: 'files', files: typed.operands.map(file => path.resolve(cwd, file)) }
  return range === undefined ? { kind: 'all' } : { kind: 'range', range }
}
