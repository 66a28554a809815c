import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../../../src/policy/parse.ts'

const REPO = 'AAAAAAAAAAAAAAAAAAAAAA=='
const HEAD = `version: 1\nrepo: ${REPO}\n`
const DESIGN_EXAMPLE = `version: 1
repo: ${REPO}
hooks: husky                  # what init chose; unlock installs the same in a clone
protect:                      # gitattributes patterns; last match wins per value
  - paths: ['config/**/*.yaml', '.env*']
    keys: ['**.*password', '**.*_token']    # default ['**']: every scalar
    except: ['**.host']
    scope: prod
  - paths: ['models/**']
    whole: true               # file envelope; json or lfs
scan: { disable: [], plugins: [], ignore: [] }
`

const refusal = (message: string, hint = 'edit .gitward/config.yaml, then gitward status') =>
  expect.objectContaining({ code: 'CONFIG', message: `.gitward/config.yaml:${message}`, hint })

describe('parsePolicy', () => {
  it('reads the example of the design', () => {
    expect(parsePolicy(DESIGN_EXAMPLE)).toEqual({
      version: 1,
      repo: REPO,
      hooks: 'husky',
      protect: [
        {
          paths: ['config/**/*.yaml', '.env*'],
          keys: ['**.*password', '**.*_token'],
          except: ['**.host'],
          scope: 'prod',
        },
        { paths: ['models/**'], whole: true, scope: 'default' },
      ],
      scan: { disable: [], plugins: [], ignore: [] },
    })
  })

  it('fills in what may be left out, and nothing else', () => {
    const policy = parsePolicy(`${HEAD}protect:\n  - paths: ['*.env']\n`)
    expect(policy).toEqual({
      version: 1,
      repo: REPO,
      protect: [{ paths: ['*.env'], scope: 'default' }],
      scan: { disable: [], plugins: [], ignore: [] },
    })
  })

  it.each(['true', 'json', 'lfs'])('knows whole: %s', whole => {
    const policy = parsePolicy(`${HEAD}protect: [{ paths: [a], whole: ${whole} }]\n`)
    expect(String(policy.protect[0]!.whole)).toBe(whole)
  })

  it('reads CRLF and a byte order mark', () => {
    expect(parsePolicy(`\ufeff${DESIGN_EXAMPLE}`.replaceAll('\n', '\r\n'))).toEqual(
      parsePolicy(DESIGN_EXAMPLE),
    )
  })
})

describe('parsePolicy refuses', () => {
  it.each([
    ['nothing', '', '1:1: the policy must be a mapping, not null'],
    ['a list', '- a\n', '1:1: the policy must be a mapping, not a list'],
    ['a scalar', '# x\nversion\n', '2:1: the policy must be a mapping, not "version"'],
    ['no version', `repo: ${REPO}\nprotect: []\n`, '1:1: the policy lacks the field "version"'],
    ['a later version', 'version: 2\nnew: stuff\n', '1:10: version 2 is not known to this gitward: upgrade'],
    ['a version in quotes', "version: '1'\n", '1:10: version must be 1, not "1"'],
    ['no repo', 'version: 1\nprotect: []\n', '1:1: the policy lacks the field "repo"'],
    ['a repo that is no text', 'version: 1\nrepo: 1\n', '2:7: repo must be text, not 1'],
    ['no rules', HEAD, '1:1: the policy lacks the field "protect"'],
    ['empty rules', `${HEAD}protect:\n`, '3:9: protect must be a list, not null'],
    ['a rule that is no mapping', `${HEAD}protect: [a]\n`, '3:11: protect.0 must be a mapping, not "a"'],
    ['a rule that is a list', `${HEAD}protect: [[a]]\n`, '3:11: protect.0 must be a mapping, not a list'],
    ['a rule without paths', `${HEAD}protect:\n  - keys: [a]\n`, '4:5: protect.0 lacks the field "paths"'],
    [
      'paths that are no list',
      `${HEAD}protect:\n  - paths: a\n`,
      '4:12: protect.0.paths must be a list, not "a"',
    ],
    [
      'a path that is no text',
      `${HEAD}protect:\n  - paths: [a, 1]\n`,
      '4:16: protect.0.paths.1 must be text, not 1',
    ],
    [
      'an unknown hook manager',
      `${HEAD}hooks: huskey\n`,
      '3:8: hooks must be one of auto, husky, lefthook, pre-commit, git, none, not "huskey"',
    ],
    [
      'an unknown whole',
      `${HEAD}protect:\n  - paths: [a]\n    whole: false\n`,
      '5:12: protect.0.whole must be true, json or lfs, not false',
    ],
    ['an unknown field', `${HEAD}protect: []\nextra: 1\n`, '4:1: the policy has no field "extra"'],
    [
      'a misspelt field',
      `${HEAD}protect: []\nhook: git\n`,
      '4:1: the policy has no field "hook", did you mean "hooks"?',
    ],
    [
      'a misspelt field of a rule',
      `${HEAD}protect:\n  - paths: [a]\n    keyz: [b]\n`,
      '5:5: protect.0 has no field "keyz", did you mean "keys"?',
    ],
    ['an inherited name', `${HEAD}protect: []\ntoString: 1\n`, '4:1: the policy has no field "toString"'],
    ['a prototype', `${HEAD}protect: []\n__proto__: { a: 1 }\n`, '4:1: the policy has no field "__proto__"'],
    [
      'a misspelt field of scan',
      `${HEAD}protect: []\nscan: { ignored: [] }\n`,
      '4:9: scan has no field "ignored", did you mean "ignore"?',
    ],
    ['a field twice', `${HEAD}repo: b\n`, '3:1: a field stands twice in one mapping'],
    ['two documents', `${HEAD}---\n${HEAD}`, '3:1: the policy must be one YAML document'],
    ['a field name that is no text', `${HEAD}[a]: b\n`, '3:1: a field name must be text'],
    ['a tag', `${HEAD}protect: !x []\n`, '3:10: YAML tags are not allowed here'],
    [
      'an alias',
      `${HEAD}protect:\n  - paths: &p [a]\n    keys: *p\n`,
      '5:11: YAML aliases are not allowed here: write the value out',
    ],
    [
      'a nest of aliases',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
      '2:8: YAML aliases are not allowed here: write the value out',
    ],
  ])('%s', (_, text, message) => {
    expect(() => parsePolicy(text)).toThrow(refusal(message))
  })

  it('text that is not YAML', () => {
    expect(() => parsePolicy('version: [1\n')).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: expect.stringMatching(/^\.gitward\/config\.yaml:2:1: not valid YAML: /) as unknown,
      }),
    )
  })

  it.each(['AAAA', 'AAAAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAAAB==', 'AAAAAAAAAAAAAAAAAAAA__=='])(
    'the repo id %s',
    repo => {
      expect(() => parsePolicy(`version: 1\nrepo: ${repo}\nprotect: []\n`)).toThrow(
        refusal('2:7: repo must be 16 bytes in standard base64: restore what gitward init wrote'),
      )
    },
  )

  it.each(['Prod', '-a', 'a_b', 'a'.repeat(33), '""'])('the scope %s', scope => {
    const shown = scope === '""' ? '""' : `"${scope}"`
    expect(() => parsePolicy(`${HEAD}protect:\n  - paths: [a]\n    scope: ${scope}\n`)).toThrow(
      refusal(`5:12: scope ${shown} must be 1 to 32 lowercase letters, digits or dashes, no dash first`),
    )
  })

  it.each(['keys: [a]', 'except: [a]', 'keys: []'])('%s beside whole', values => {
    expect(() => parsePolicy(`${HEAD}protect:\n  - paths: [a]\n    ${values}\n    whole: true\n`)).toThrow(
      refusal(
        '6:12: a rule has either "whole" or "keys" and "except": a whole file leaves nothing to select',
      ),
    )
  })

  it('a rule without a path', () => {
    expect(() => parsePolicy(`${HEAD}protect:\n  - paths: []\n`)).toThrow(
      refusal('4:12: a rule without paths protects nothing: give it a pattern or delete it'),
    )
  })

  it('a pattern or glob, with what to write instead', () => {
    expect(() => parsePolicy(`${HEAD}protect:\n  - paths: [a, b/]\n`)).toThrow(
      refusal(
        '4:16: pattern "b/" ends with a slash, so that git matches nothing',
        'write dir/** for all files in it',
      ),
    )
    expect(() => parsePolicy(`${HEAD}protect:\n  - paths: [a]\n    except: [b..c]\n`)).toThrow(
      refusal('5:14: key glob "b..c" has an empty segment', 'write \\. for a dot in a key, * for any key'),
    )
    expect(() => parsePolicy(`${HEAD}protect: []\nscan: { ignore: ['!a'] }\n`)).toThrow(
      refusal(
        '4:18: pattern "!a" is negated, which gitattributes cannot be',
        'write \\! for a name that begins with !',
      ),
    )
  })
})
