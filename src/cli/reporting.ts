import { didYouMean } from '../core/did-you-mean.ts'
import { GitwardError } from '../core/errors.ts'
import { appendToReport, writeReport } from '../flows/gate/write-report.ts'
import { reportNamed, reports } from '../report/table.ts'
import type { Report } from '../report/report.ts'
import type { CommandInput, OptionTable } from './command.ts'

/** What `check` and `scan` share. */
export const REPORT_OPTIONS: OptionTable = {
  report: {
    kind: 'list',
    value: 'NAME[=PATH]',
    help: `one of ${reports.map(({ name }) => name).join(', ')}; to a file with =PATH`,
  },
  json: { kind: 'flag', help: 'same as --report json' },
}

/** Writes every report that was asked for, `text` if none was. @returns the verdict. */
export function printReports(
  command: string,
  { typed, surroundings, print }: CommandInput,
  report: Report,
): number {
  const asked = typed.flag('json') ? ['json', ...typed.list('report')] : typed.list('report')
  for (const each of asked.length > 0 ? asked : ['text']) {
    const [name = '', ...rest] = each.split('=')
    const row = reportNamed(name)
    if (!row) throw noReport(command, name)
    const text = row.render(report)
    if (rest.length > 0) writeReport(surroundings.cwd, rest.join('='), text)
    else print.data(Buffer.from(text))
    const page = surroundings.env['GITHUB_STEP_SUMMARY']
    if (row.summary && page) appendToReport(page, row.summary(report))
  }
  return verdict(report)
}

function noReport(command: string, name: string): GitwardError {
  const names = reports.map(known => known.name)
  return new GitwardError('USAGE', `there is no report ${name}: there are ${names.join(', ')}`, {
    hint: `gitward ${command} --report ${didYouMean(name, names) ?? 'text'}`,
  })
}

/** 0 without findings, 1 with, 2 if there was something to look at and nothing could be. */
export function verdict(report: Report): number {
  if (report.findings.length > 0) return 1
  return report.scanned.files === 0 && report.unscanned.length > 0 ? 2 : 0
}
