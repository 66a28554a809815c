import { describe, expect, it } from 'vitest'
import { textReport } from '../../../src/report/text.ts'
import { finding, report } from './support.ts'

describe('the text report', () => {
  it('says what was looked at when nothing was found', () => {
    expect(textReport(report())).toBe('no findings, 2 files scanned (1.2 kB)\n')
    expect(textReport(report({ scanned: { files: 1, bytes: 1 } }))).toBe(
      'no findings, 1 file scanned (1 byte)\n',
    )
  })

  it('groups findings by file, by place, each with its fix', () => {
    const findings = [
      finding({ line: 9, fix: 'gitward fix config/app.ts:9' }),
      finding({ path: 'a.env', rule: 'generic-secret', severity: 'medium', confidence: 'medium' }),
      finding(),
    ]
    expect(textReport(report({ findings, suppressed: 2 }))).toBe(`a.env
  3:7  medium  Random value assigned to a secret name [generic-secret], medium confidence
    fix: gitward fix config/app.ts:3
    if it was ever pushed: change the secret where it is used

config/app.ts
  3:7  high  AWS access key id [aws-access-key-id]
    fix: gitward fix config/app.ts:3
    if it was ever pushed: deactivate the access key, make a new one, delete the old (https://console.aws.amazon.com/iam/home#/security_credentials)
  9:7  high  AWS access key id [aws-access-key-id]
    fix: gitward fix config/app.ts:9
    if it was ever pushed: deactivate the access key, make a new one, delete the old (https://console.aws.amazon.com/iam/home#/security_credentials)

3 findings, 2 files scanned (1.2 kB), 2 accepted
`)
  })

  it('names findings that no scan rule made by their kind', () => {
    const findings = [finding({ kind: 'moved-out', rule: 'moved-out', fix: 'gitward protect config/app.ts' })]
    expect(textReport(report({ findings }))).toContain(
      '  3:7  high  ciphertext outside protection [moved-out]\n',
    )
  })

  it('lists what was not scanned', () => {
    const unscanned = [{ path: 'big.bin', reason: 'larger than 1 GiB' }]
    expect(textReport(report({ unscanned }))).toBe(
      'not scanned\n  big.bin: larger than 1 GiB\n\nno findings, 2 files scanned (1.2 kB), 1 not scanned\n',
    )
  })

  it('lets no path write to the terminal', () => {
    const path = '\u001b[2Jevil\u202egnp.\n'
    const text = textReport(
      report({
        findings: [finding({ path, fix: `gitward fix ${path}:3` })],
        unscanned: [{ path, reason: path }],
      }),
    )
    expect(text).not.toMatch(/[\u001b\u202e]/)
    expect(text).toContain('\\u001b[2Jevil\\u202egnp.\\u000a\n')
  })
})
