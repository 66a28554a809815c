import { describe, expect, it } from 'vitest'
import { githubAnnotations, githubSummary, MAX_ANNOTATIONS } from '../../../src/report/github.ts'
import { finding, report } from './support.ts'

const lines = (text: string) => text.trimEnd().split('\n')

describe('GitHub annotations', () => {
  it('are workflow commands with an inclusive end column', () => {
    expect(githubAnnotations(report({ findings: [finding()] }))).toBe(
      '::error file=config/app.ts,line=3,endLine=3,col=7,endColumn=26,title=gitward aws-access-key-id' +
        '::AWS access key id. Fix: gitward fix config/app.ts:3\n1 finding, 2 files scanned (1.2 kB)\n',
    )
  })

  it('have no columns over several lines', () => {
    const text = githubAnnotations(report({ findings: [finding({ endLine: 5 })] }))
    expect(text).toContain('file=config/app.ts,line=3,endLine=5,title=')
  })

  it('are the worst ten, and say how many are left out', () => {
    const findings = Array.from({ length: 14 }, (_, i) =>
      finding({ line: i + 1, severity: i === 13 ? 'critical' : i % 2 === 0 ? 'medium' : 'low' }),
    )
    const shown = lines(githubAnnotations(report({ findings })))
    expect(shown).toHaveLength(MAX_ANNOTATIONS + 2)
    expect(shown[0]).toMatch(/^::error .*line=14,/)
    expect(shown.filter(line => line.startsWith('::warning'))).toHaveLength(7)
    expect(shown.filter(line => line.startsWith('::notice'))).toHaveLength(2)
    expect(shown[10]).toBe('4 more findings: see the summary of this step')
  })

  it('no path starts a command of its own', () => {
    const path = 'a\n::set-output name=x::y,b:c%'
    const text = githubAnnotations(report({ findings: [finding({ path, fix: `gitward fix ${path}` })] }))
    expect(text).toContain('file=a%0A%3A%3Aset-output name=x%3A%3Ay%2Cb%3Ac%25,')
    expect(lines(text).filter(line => line.startsWith('::'))).toHaveLength(1)
  })
})

describe('the GitHub summary', () => {
  it('lists every finding, worst first, and what was not scanned', () => {
    const findings = [
      finding({ severity: 'low' }),
      ...Array.from({ length: 12 }, (_, i) => finding({ line: i + 10 })),
    ]
    const text = githubSummary(report({ findings, unscanned: [{ path: 'big.bin', reason: 'too large' }] }))
    expect(text.match(/^\| <code>/gm)).toHaveLength(13)
    expect(lines(text).findLast(line => line.startsWith('| <code>'))).toBe(
      '| <code>config/app.ts:3</code> | AWS access key id (<code>aws-access-key-id</code>) | low | <code>gitward fix config/app.ts:3</code> |',
    )
    expect(text).toContain('13 findings, 2 files scanned (1.2 kB), 1 not scanned')
    expect(text).toContain('### Not scanned\n\n- <code>big.bin</code>: too large\n')
  })

  it('has no table without findings', () => {
    expect(githubSummary(report())).toBe('## gitward\n\nno findings, 2 files scanned (1.2 kB)\n')
  })

  it('shows paths as they are, whatever Markdown or HTML they hold', () => {
    const path = '<img>|`a`*b*[c](d)\n'
    const text = githubSummary(
      report({ findings: [finding({ path })], unscanned: [{ path, reason: '<b>*x*' }] }),
    )
    expect(text).not.toMatch(/<img>|`a`|\*b\*|<b>/)
    expect(text).toContain('&lt;img&gt;&#124;&#96;a&#96;&#42;b&#42;&#91;c&#93;(d)')
    expect(text).toContain('&lt;b&gt;\\*x\\*')
  })

  it('stays below the size that GitHub takes', () => {
    const findings = Array.from({ length: 1500 }, (_, i) => finding({ line: i + 1 }))
    const text = githubSummary(report({ findings }))
    expect(text.length).toBeLessThan(2 ** 20)
    expect(text).toContain('| 500 more findings | | | |')
  })
})
