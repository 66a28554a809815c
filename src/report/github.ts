import type { Finding, Report } from './report.ts'
import type { Severity } from '../scan/rule.ts'
import { counted, harmless, summaryOf, titleOf, worstFirst } from './words.ts'

/** GitHub shows ten annotations of a step and drops the rest without a word: ours are the worst ten. */
export const MAX_ANNOTATIONS = 10
/** GitHub refuses a summary above 1 MiB. */
const MAX_ROWS = 1000

const LEVELS: Record<Severity, 'error' | 'warning' | 'notice'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
}

/** Workflow commands that annotate the changed lines of a pull request, and one line about those left out. */
export function githubAnnotations(report: Report): string {
  const shown = worstFirst(report.findings).slice(0, MAX_ANNOTATIONS)
  const hidden = report.findings.length - shown.length
  const rest = hidden === 0 ? [] : [`${counted(hidden, 'more finding')}: see the summary of this step`]
  return [...shown.map(annotation), ...rest, summaryOf(report)].map(line => `${line}\n`).join('')
}

function annotation(finding: Finding): string {
  const { path, line, column, endLine, endColumn, rule, severity, fix } = finding
  const properties = Object.entries({
    file: path,
    line,
    endLine,
    // GitHub allows columns on one line only, and counts the last one in.
    ...(line === endLine ? { col: column, endColumn: Math.max(column, endColumn - 1) } : {}),
    title: `gitward ${rule}`,
  })
  const list = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',')
  return `::${LEVELS[severity]} ${list}::${escapeMessage(`${titleOf(finding)}. Fix: ${fix}`)}`
}

/** As @actions/core escapes: a path could otherwise start a workflow command of its own. */
const escapeMessage = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string): string =>
  escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')

/** Markdown for $GITHUB_STEP_SUMMARY: every finding, whatever the annotations left out. */
export function githubSummary(report: Report): string {
  const rows = worstFirst(report.findings).slice(0, MAX_ROWS).map(row)
  const hidden = report.findings.length - rows.length
  const table = [
    '| where | what | severity | fix |',
    '| --- | --- | --- | --- |',
    ...rows,
    ...(hidden === 0 ? [] : [`| ${counted(hidden, 'more finding')} | | | |`]),
  ]
  const unscanned = report.unscanned
    .slice(0, MAX_ROWS)
    .map(({ path, reason }) => `- ${code(path)}: ${prose(reason)}`)
  const parts = [
    '## gitward',
    prose(summaryOf(report)),
    ...(rows.length === 0 ? [] : [table.join('\n')]),
    ...(unscanned.length === 0 ? [] : [`### Not scanned\n\n${unscanned.join('\n')}`]),
  ]
  return `${parts.join('\n\n')}\n`
}

function row(finding: Finding): string {
  const where = code(`${finding.path}:${finding.line}`)
  const what = `${prose(titleOf(finding))} (${code(finding.rule)})`
  return `| ${where} | ${what} | ${finding.severity} | ${code(finding.fix)} |`
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '|': '&#124;' }
const escaped = (text: string): string => harmless(text).replace(/[&<>|]/g, sign => ENTITIES[sign]!)
/** Nothing in it is Markdown, HTML or the end of a table cell. */
const prose = (text: string): string => escaped(text).replace(/[\\`*_[\]#~!]/g, sign => `\\${sign}`)
const code = (text: string): string =>
  `<code>${escaped(text).replace(/[\\`*_[\]~]/g, sign => `&#${sign.charCodeAt(0)};`)}</code>`
