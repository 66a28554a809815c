import { FINDING_KINDS } from './report.ts'

const text = { type: 'string' } as const
const count = { type: 'integer', minimum: 0 } as const
const position = { type: 'integer', minimum: 1 } as const

const closed = <P extends Readonly<Record<string, unknown>>>(properties: P) =>
  ({ type: 'object', additionalProperties: false, required: Object.keys(properties), properties }) as const

/** JSON Schema (draft 2020-12) of what `check --json` and `scan --json` print. */
export const jsonReportSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'gitward report',
  ...closed({
    findings: {
      type: 'array',
      items: closed({
        kind: { enum: FINDING_KINDS },
        rule: text,
        path: { ...text, description: 'relative to the repository root, or to the folder scanned' },
        line: position,
        column: { ...position, description: 'in UTF-16 units' },
        endLine: position,
        endColumn: { ...position, description: 'behind the last character' },
        severity: { enum: ['low', 'medium', 'high', 'critical'] },
        confidence: { enum: ['low', 'medium', 'high'] },
        fingerprint: text,
        fix: { ...text, description: 'one command' },
      }),
    },
    scanned: closed({ files: count, bytes: count }),
    unscanned: { type: 'array', items: closed({ path: text, reason: text }) },
    suppressed: count,
  }),
} as const
