import { describe, expect, it } from 'vitest'
import { FINDING_KINDS } from '../../../src/report/report.ts'
import { reportNamed, reports } from '../../../src/report/table.ts'
import { finding, report } from './support.ts'

describe.each(reports)('report $name', row => {
  it('is found by its name', () => {
    expect(reportNamed(row.name)).toBe(row)
    expect(reportNamed('nonsense')).toBeUndefined()
  })

  it('ends with one line break, and is the same each time', () => {
    const full = report({ findings: FINDING_KINDS.map(kind => finding({ kind, rule: kind })) })
    for (const each of [report(), full]) {
      for (const render of [row.render, row.summary ?? row.render]) {
        expect(render(each)).toMatch(/[^\n]\n$/)
        expect(render(each)).toBe(render(each))
      }
    }
  })

  it('names the path and the fix of every finding', () => {
    const findings = [finding(), finding({ path: 'b.env', fix: 'gitward fix b.env:3' })]
    const text = row.render(report({ findings }))
    for (const { path, fix } of findings) {
      expect(text).toContain(path)
      expect(text).toContain(fix)
    }
  })
})
