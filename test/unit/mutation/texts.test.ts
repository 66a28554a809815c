import { describe, expect, it } from 'vitest'
import { utf8, type Bytes } from '../../../src/core/bytes.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { formatBaseline, parseBaseline } from '../../../src/scan/baseline.ts'
import { picture, textOf } from './support.ts'

const POLICY = `version: 1
repo: oKGio6SlpqeoqaqrrK2urw== # id
hooks: none
protect:
  - paths: ['c/*.yaml']
    keys: ['**.pw']
    scope: prod
  - paths: [m]
    whole: true
scan:
  ignore: []
`

describe('a policy', () => {
  it('says something else only where it has a choice', () => {
    expect(picture(utf8(POLICY), bytes => parsePolicy(textOf(bytes)))).toEqual([
      'version: 1$',
      '        = =',
      'repo: oKGio6SlpqeoqaqrrK2urw== # id$',
      '     =**********************  =====*', // the last: without it the comment swallows hooks, which may be absent
      'hooks: none$',
      '      =    =',
      'protect:$',
      '        =',
      "  - paths: ['c/*.yaml']$",
      '          = *********  =',
      "    keys: ['**.pw']$",
      '         =  ** **  =',
      '    scope: prod$',
      '          =****=',
      '  - paths: [m]$',
      '          = * =',
      '    whole: true$',
      '          ==   =',
      'scan:$',
      '     =',
      '  ignore: []$',
      '==       =  =',
    ])
  })
})

describe('a baseline', () => {
  const baseline = formatBaseline([
    {
      fingerprint: 'A'.repeat(22),
      rule: 'r',
      path: 'p',
      reason: 'why',
      owner: 'o',
      expires: '2027-01-31',
    },
  ])
  it('says something else only where it has a choice', () => {
    expect(picture(utf8(baseline), (bytes: Bytes) => parseBaseline(textOf(bytes)))).toEqual([
      '# Findings that gitward accepts, one a line, sorted. Written by: gitward baseline add$',
      '',
      'version: 1$',
      '',
      'findings:$',
      '',
      '  - { fingerprint: "AAAAAAAAAAAAAAAAAAAAAA", rule: "r", path: "p", reason: "why", owner: "o", expires: "2027-01-31" }$',
      '                    **********************          *          *            ***           *             ****  * **   =',
    ])
  })
})
