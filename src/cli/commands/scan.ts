import { GitwardError } from '../../core/errors.ts'
import { scanInput, scanPaths } from '../../flows/gate/scan-files.ts'
import type { Command } from '../command.ts'
import { printReports, REPORT_OPTIONS } from '../reporting.ts'
import { readStandardInputBytes } from '../standard-input.ts'

const CONFIDENCES = ['low', 'medium', 'high'] as const

export const command: Command = {
  synopsis: 'scan [PATH…|--stdin] [--confidence low|medium|high] [--report NAME[=PATH]]… [--json]',
  options: {
    stdin: { kind: 'flag', help: 'scan standard input' },
    confidence: {
      kind: 'value',
      value: 'LEVEL',
      oneOf: [...CONFIDENCES],
      help: 'leave out what is less sure (default: low)',
    },
    ...REPORT_OPTIONS,
  },
  operands: [0, Infinity],
  example: 'gitward scan .',
  async run(input) {
    const { typed, surroundings, print } = input
    const minConfidence = CONFIDENCES.find(each => each === typed.value('confidence')) ?? 'low'
    const effects = { cwd: surroundings.cwd, minConfidence }
    if (typed.flag('stdin') && typed.operands.length > 0)
      throw new GitwardError('USAGE', 'scan: --stdin and paths exclude one another', {
        hint: 'gitward scan --help',
      })
    if (typed.operands.includes('-'))
      throw new GitwardError('USAGE', 'scan: - is not standard input here', { hint: 'gitward scan --stdin' })
    if (typed.flag('stdin'))
      return printReports('scan', input, await scanInput(effects, readStandardInputBytes()))
    const report = await scanPaths(effects, typed.operands.length > 0 ? typed.operands : ['.'])
    if (report.scanned.files + report.unscanned.length === 0) print.note('nothing to scan')
    return printReports('scan', input, report)
  },
}
