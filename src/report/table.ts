import { githubAnnotations, githubSummary } from './github.ts'
import { jsonReport } from './json.ts'
import type { Report } from './report.ts'
import { textReport } from './text.ts'

interface ReportRow {
  readonly name: string
  readonly title: string
  readonly render: (report: Report) => string
  /** Text for the summary page of the CI step, where the CI has one. */
  readonly summary?: (report: Report) => string
}

/** Every report, one file a row. */
export const reports: readonly ReportRow[] = [
  { name: 'text', title: 'for people, with the command that fixes each finding', render: textReport },
  { name: 'json', title: 'the machine contract, one line', render: jsonReport },
  {
    name: 'github',
    title: 'annotations of a GitHub workflow, and its step summary',
    render: githubAnnotations,
    summary: githubSummary,
  },
]

/** The report with this name; undefined if there is none. */
export const reportNamed = (name: string): ReportRow | undefined => reports.find(row => row.name === name)
