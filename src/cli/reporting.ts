import { GitwardError } from '../core/errors.ts'
import { appendToReport, writeReport } from '../flows/gate/write-report.ts'
import { reportNamed, reports } from '../report/table.ts'
import type { Report } from '../report/report.ts'
import type { CommandInput, OptionTable } from './command.ts'
import { meant } from './parse.ts'

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
export function printReports({ typed, surroundings, print }: CommandInput, report: Report): number {
  const asked = typed.flag('json') ? ['json', ...typed.list('report')] : typed.list('report')
  for (const each of asked.length > 0 ? asked : ['text']) {
    const [name = '', ...rest] = each.split('=')
    const row = reportNamed(name)
    if (!row)
      throw new GitwardError(
        'USAGE',
        `there is no report ${name}${meant(
          name,
          reports.map(known => known.name),
        )}`,
        { hint: 'gitward check --help' },
      )
    const text = row.render(report)
    if (rest.length > 0) writeReport(surroundings.cwd, rest.join('='), text)
    else print.data(Buffer.from(text))
    const page = surroundings.env['GITHUB_STEP_SUMMARY']
    if (row.summary && page) appendToReport(page, row.summary(report))
  }
  return verdict(report)
}

/** 0 without findings, 1 with, 2 if there was something to look at and nothing could be. */
export function verdict(report: Report): number {
  if (report.findings.length > 0) return 1
  return report.scanned.files === 0 && report.unscanned.length > 0 ? 2 : 0
}
