import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { sealFile } from '../../../src/envelope/file.ts'
import { sealJson } from '../../../src/envelope/json.ts'
import { openFile, openJson } from '../../../src/flows/library/envelopes.ts'
import { importKeys, keyFor } from '../../../src/flows/library/keys.ts'
import { sealValue } from '../../../src/flows/library/values.ts'
import { base64 } from '../../tools/golden/vector.ts'
import { KEY, OTHER_KEY, REPO } from '../../tools/keys.ts'
import { outcome } from '../formats/support.ts'

const repo = base64(REPO)
const text = `${base64(KEY.secret)},prod=${base64(OTHER_KEY.secret)}`
const keys = importKeys(text, repo)

describe('importKeys', () => {
  it('reads what GITWARD_KEY holds', () => {
    expect(keys.map(({ scope, key }) => [scope, key.kid])).toEqual([
      ['default', KEY.kid],
      ['prod', OTHER_KEY.kid],
    ])
  })

  it.each([
    ['no key', () => importKeys('hunter2', repo), 'USAGE the text is not an epoch key'],
    [
      'no scope name',
      () => importKeys(`PROD=${base64(KEY.secret)}`, repo),
      'USAGE the text is not an epoch key',
    ],
    ['a short repo id', () => importKeys(text, 'AAAA'), 'USAGE the repo id is not 16 bytes'],
    ['no base64', () => importKeys(text, repo.slice(0, -1)), 'USAGE the repo id is not 16 bytes'],
  ])('refuses %s without showing it', (_, work, expected) => {
    expect(outcome(work)).toContain(expected)
    expect(outcome(work)).not.toMatch(/hunter2|AAAA/)
  })
})

describe('keyFor', () => {
  const sealed = [
    sealFile(OTHER_KEY, utf8('x')),
    sealJson(OTHER_KEY, utf8('x')),
    sealValue(OTHER_KEY, '/a', 'x'),
  ]

  it.each(sealed)('gives the key that is named, in its scope alone', each => {
    expect(keyFor(keys, 'prod', each).kid).toEqual(OTHER_KEY.kid)
    expect(outcome(() => keyFor(keys, 'default', each))).toMatch(
      /^WRONG_SCOPE key \w{16} belongs to scope prod/,
    )
    expect(outcome(() => keyFor(keys.slice(0, 1), 'prod', each))).toMatch(/^UNKNOWN_KEY no key \w{16} /)
  })

  it('knows a key that two scopes share', () => {
    const both = [...keys, { scope: 'default', key: OTHER_KEY }]
    expect(keyFor(both, 'default', sealed[0]!)).toBe(OTHER_KEY)
  })

  it.each([
    ['plain bytes', utf8('x'), 'MALFORMED this is not an envelope of a repository'],
    ['plain text', 'x', 'MALFORMED this is not a value token'],
    ['a cut file', sealed[0]!.slice(0, 30), 'MALFORMED not a whole file envelope'],
    ['a version of the future', utf8('{"gitward":"v2"}'), 'UNSUPPORTED_VERSION'],
  ] as const)('refuses %s', (_, each, expected) => {
    expect(outcome(() => keyFor(keys, 'default', each))).toContain(expected)
  })
})

describe('openFile and openJson', () => {
  it('open what was sealed, and no empty file', () => {
    expect(openFile(KEY, sealFile(KEY, utf8('x')))).toEqual(utf8('x'))
    expect(openJson(KEY, sealJson(KEY, utf8('x')))).toEqual(utf8('x'))
    expect(sealFile(KEY, new Uint8Array(0))).toHaveLength(0)
    expect(outcome(() => openFile(KEY, new Uint8Array(0)))).toMatch(/^MALFORMED /)
    expect(outcome(() => openFile(OTHER_KEY, sealFile(KEY, utf8('x'))))).toMatch(/^WRONG_KEY /)
  })
})
