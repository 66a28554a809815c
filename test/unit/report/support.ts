import type { Finding, Report } from '../../../src/report/report.ts'

export const finding = (change: Partial<Finding> = {}): Finding => ({
  kind: 'secret',
  rule: 'aws-access-key-id',
  path: 'config/app.ts',
  line: 3,
  column: 7,
  endLine: 3,
  endColumn: 27,
  severity: 'high',
  confidence: 'high',
  fingerprint: 'A'.repeat(22),
  fix: 'gitward fix config/app.ts:3',
  ...change,
})

export const report = (change: Partial<Report> = {}): Report => ({
  findings: [],
  scanned: { files: 2, bytes: 1234 },
  unscanned: [],
  suppressed: 0,
  ...change,
})
