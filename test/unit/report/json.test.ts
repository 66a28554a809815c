import { describe, expect, it } from 'vitest'
import { jsonReportSchema } from '../../../src/report/json-schema.ts'
import { jsonReport } from '../../../src/report/json.ts'
import { FINDING_KINDS } from '../../../src/report/report.ts'
import { finding, report } from './support.ts'

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** What of `value` breaks `schema`, for the keywords that our schema uses. */
function problems(schema: Schema, value: unknown, at = ''): string[] {
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${at}: not listed`]
  if (schema.type === 'string') return typeof value === 'string' ? [] : [`${at}: no string`]
  if (schema.type === 'integer')
    return Number.isInteger(value) && (value as number) >= schema.minimum! ? [] : [`${at}: no such integer`]
  if (schema.type === 'array')
    return (value as unknown[]).flatMap((item, i) => problems(schema.items!, item, `${at}/${i}`))
  const object = value as Record<string, unknown>
  const members = Object.keys(object)
  const missing = schema
    .required!.filter(name => !members.includes(name))
    .map(name => `${at}/${name}: missing`)
  const inner = members.flatMap(name =>
    schema.properties![name]
      ? problems(schema.properties![name], object[name], `${at}/${name}`)
      : [`${at}/${name}: extra`],
  )
  return [...missing, ...inner]
}

describe('the json report', () => {
  it('is the machine contract, byte for byte', () => {
    const text = jsonReport(
      report({ findings: [finding()], unscanned: [{ path: 'b', reason: 'too large' }], suppressed: 1 }),
    )
    expect(text).toBe(
      '{"findings":[{"kind":"secret","rule":"aws-access-key-id","path":"config/app.ts","line":3,"column":7,' +
        '"endLine":3,"endColumn":27,"severity":"high","confidence":"high","fingerprint":"AAAAAAAAAAAAAAAAAAAAAA",' +
        '"fix":"gitward fix config/app.ts:3"}],"scanned":{"files":2,"bytes":1234},' +
        '"unscanned":[{"path":"b","reason":"too large"}],"suppressed":1}\n',
    )
  })

  it('fits its published schema, for every kind', () => {
    const findings = FINDING_KINDS.map(kind => finding({ kind }))
    expect(problems(jsonReportSchema, JSON.parse(jsonReport(report({ findings }))))).toEqual([])
    expect(problems(jsonReportSchema, { findings: [{ kind: 'other' }], suppressed: -1 })).toContain(
      '/scanned: missing',
    )
  })

  it('carries nothing that the contract does not name', () => {
    const extra = { ...finding(), secret: 'hunter2', start: 1 }
    expect(jsonReport(report({ findings: [extra] }))).not.toMatch(/hunter2|start/)
  })
})
