import type { Confidence, Severity } from '../scan/rule.ts'

/** What a finding can be about (docs/gate.md has a test for each). */
export const FINDING_KINDS = [
  'secret',
  'plaintext',
  'malformed',
  'unknown-key',
  'wrong-scope',
  'moved-out',
  'symlink',
  'attributes',
  'filter-clash',
  'textconv-cache',
  'private-key',
  'policy',
] as const

export type FindingKind = (typeof FINDING_KINDS)[number]

/** One finding of `check` or `scan`. Holds no text of a secret. */
export interface Finding {
  readonly kind: FindingKind
  /** Id of the scan rule, or of the check. */
  readonly rule: string
  /** Relative to the repository root, or to the folder scanned. */
  readonly path: string
  /** Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  readonly severity: Severity
  readonly confidence: Confidence
  readonly fingerprint: string
  /** One command that fixes it. */
  readonly fix: string
}

export interface Unscanned {
  readonly path: string
  readonly reason: string
}

/** All that a report may tell. */
export interface Report {
  readonly findings: readonly Finding[]
  readonly scanned: { readonly files: number; readonly bytes: number }
  /** Never hidden: a file that nobody looked at is no clean file. */
  readonly unscanned: readonly Unscanned[]
  /** Findings that the baseline or a comment accepts. */
  readonly suppressed: number
}
