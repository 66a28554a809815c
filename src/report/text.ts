import type { Finding, Report, Unscanned } from './report.ts'
import { byPlace, harmless, revocationOf, summaryOf, titleOf } from './words.ts'

/**
 * For a terminal: findings by file, each with the command that fixes it, then what was not scanned, then one
 * line of numbers. A path can hold any character, so that all text is made harmless first.
 */
export function textReport(report: Report): string {
  const blocks = [...byFile(report.findings).values()].map(fileBlock)
  return `${[...blocks, ...unscannedBlock(report.unscanned), summaryOf(report)].join('\n\n')}\n`
}

function byFile(findings: readonly Finding[]): Map<string, Finding[]> {
  const files = new Map<string, Finding[]>()
  for (const finding of [...findings].sort(byPlace)) {
    files.set(finding.path, [...(files.get(finding.path) ?? []), finding])
  }
  return files
}

const fileBlock = (findings: readonly Finding[]): string =>
  [harmless(findings[0]!.path), ...findings.map(findingLines)].join('\n')

function findingLines(finding: Finding): string {
  const { line, column, severity, confidence, rule, fix } = finding
  const revocation = revocationOf(finding)
  const lines = [
    `  ${line}:${column}  ${severity}  ${titleOf(finding)} [${rule}]${confidence === 'high' ? '' : `, ${confidence} confidence`}`,
    `    fix: ${fix}`,
    ...(revocation === null ? [] : [`    if it was ever pushed: ${revocation}`]),
  ]
  return lines.map(harmless).join('\n')
}

function unscannedBlock(unscanned: readonly Unscanned[]): string[] {
  if (unscanned.length === 0) return []
  const lines = unscanned.map(({ path, reason }) => `  ${harmless(path)}: ${harmless(reason)}`)
  return [['not scanned', ...lines].join('\n')]
}
