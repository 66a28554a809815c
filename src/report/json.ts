import type { Finding, Report } from './report.ts'

/** The machine contract: exactly the members of `jsonReportSchema`, in its order, one line. */
export function jsonReport({ findings, scanned, unscanned, suppressed }: Report): string {
  const contract = {
    findings: findings.map(asContract),
    scanned: { files: scanned.files, bytes: scanned.bytes },
    unscanned: unscanned.map(({ path, reason }) => ({ path, reason })),
    suppressed,
  }
  return `${JSON.stringify(contract)}\n`
}

/** Named one by one: a member that somebody adds to a finding does not slip out. */
function asContract(finding: Finding): Finding {
  const { kind, rule, path, line, column, endLine, endColumn, severity, confidence, fingerprint, fix } =
    finding
  return { kind, rule, path, line, column, endLine, endColumn, severity, confidence, fingerprint, fix }
}
