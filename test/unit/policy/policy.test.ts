import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { gitPath, gitPathOf } from '../../../src/core/path.ts'
import {
  caselessPattern,
  COMPILED_VERSION,
  pointerScope,
  protectionOf,
  unselectiveGlobs,
} from '../../../src/policy/policy.ts'
import { policyOf, REPO } from './support/policies.ts'

describe('protectionOf', () => {
  it('is null where no rule matches', () => {
    expect(protectionOf(policyOf({ paths: ['*.env'] }), gitPathOf('src/main.ts'))).toBeNull()
    expect(protectionOf(policyOf(), gitPathOf('prod.env'))).toBeNull()
  })

  it.each([
    [true, 'binary'],
    ['json', 'json'],
    ['lfs', 'lfs'],
  ] as const)('whole: %s is the form %s', (whole, form) => {
    const policy = policyOf({ paths: ['models/**'], whole, scope: 'prod' })
    expect(protectionOf(policy, gitPathOf('models/a.bin'))).toEqual({ mode: 'whole', form, scope: 'prod' })
  })

  it('the last rule that matches wins for a whole file', () => {
    const policy = policyOf({ paths: ['*'], whole: true }, { paths: ['*.bin'], whole: 'json', scope: 'prod' })
    expect(protectionOf(policy, gitPathOf('a.bin'))).toEqual({ mode: 'whole', form: 'json', scope: 'prod' })
    expect(protectionOf(policy, gitPathOf('a.txt'))).toEqual({
      mode: 'whole',
      form: 'binary',
      scope: 'default',
    })
  })

  it('all rules that match speak for values, in their order', () => {
    const policy = policyOf(
      { paths: ['*.yaml'], scope: 'one' },
      { paths: ['*.json'], scope: 'two' },
      { paths: ['config/**', '*.yaml'], scope: 'three' },
    )
    const protection = protectionOf(policy, gitPathOf('config/a.yaml'))
    expect(protection?.mode === 'values' && protection.rules.map(({ scope }) => scope)).toEqual([
      'one',
      'three',
    ])
  })

  it('never protects .gitward/** nor any .gitattributes', () => {
    const policy = policyOf({ paths: ['*', '/.gitward/**', '.gitattributes'] })
    for (const exempt of [
      '.gitward/config.yaml',
      '.gitward/keys/a/1.age',
      '.gitattributes',
      'a/b/.gitattributes',
    ])
      expect(protectionOf(policy, gitPathOf(exempt))).toBeNull()
    for (const near of ['a/.gitward/x', '.gitwards/x', 'x.gitattributes', '.gitattributes/x'])
      expect(protectionOf(policy, gitPathOf(near))).not.toBeNull()
  })

  it.each([
    [{ paths: ['*.yaml'] }, { paths: ['prod.*'], whole: true as const }],
    [{ paths: ['prod.*'], whole: true as const }, { paths: ['*.yaml'] }],
  ])('refuses value and whole rules on one path', (first, second) => {
    expect(() => protectionOf(policyOf(first, second), gitPathOf('a/prod.yaml'))).toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        exitCode: 2,
        message: 'a/prod.yaml: pattern "prod.*" protects the whole file, "*.yaml" its values',
        hint: `gitward unprotect '${second.paths[0]}'`,
      }),
    )
  })

  it('takes a path that is not UTF-8 as bytes', () => {
    const bytes = gitPath(Uint8Array.from('\xff.env', each => each.charCodeAt(0)))
    expect(protectionOf(policyOf({ paths: ['?.env'] }), bytes)).not.toBeNull()
    const clash = policyOf({ paths: ['*.env'] }, { paths: ['*'], whole: true })
    expect(() => protectionOf(clash, bytes)).toThrow(/^\xff\.env: /)
    expect(() => protectionOf(clash, gitPathOf('é.env'))).toThrow(/^é\.env: /)
  })
})

describe('pointerScope', () => {
  const scopeOf = (policy: ReturnType<typeof policyOf>, pointer: string) =>
    pointerScope(protectionOf(policy, gitPathOf('a.yaml')), pointer)

  it('without keys every value is sealed', () => {
    expect(scopeOf(policyOf({ paths: ['*'] }), '/db/host')).toBe('default')
    expect(scopeOf(policyOf({ paths: ['*'] }), '')).toBe('default')
  })

  it('a value that no glob selects stays plain', () => {
    const policy = policyOf({ paths: ['*'], keys: ['**.*password'] })
    expect(scopeOf(policy, '/db/password')).toBe('default')
    expect(scopeOf(policy, '/db/host')).toBeNull()
  })

  it('the last rule that selects a value gives its scope', () => {
    const policy = policyOf({ paths: ['*'], scope: 'low' }, { paths: ['*'], keys: ['db.**'], scope: 'high' })
    expect(scopeOf(policy, '/db/password')).toBe('high')
    expect(scopeOf(policy, '/api/token')).toBe('low')
  })

  it('an except hit is final for its rule and earlier ones, not for later ones', () => {
    const all = { paths: ['*'], scope: 'low' }
    const butHosts = { paths: ['*'], keys: ['db.**'], except: ['**.host'], scope: 'high' }
    expect(scopeOf(policyOf(all, butHosts), '/db/host')).toBeNull()
    expect(scopeOf(policyOf(all, butHosts), '/api/host')).toBeNull()
    expect(scopeOf(policyOf(butHosts, all), '/db/host')).toBe('low')
  })

  it('a whole file seals every value in its scope, no protection none', () => {
    expect(scopeOf(policyOf({ paths: ['*'], whole: true, scope: 'prod' }), '/a')).toBe('prod')
    expect(pointerScope(null, '/a')).toBeNull()
  })

  it('empty keys select nothing', () => {
    expect(scopeOf(policyOf({ paths: ['*'], keys: [] }), '/a')).toBeNull()
  })
})

describe('unselectiveGlobs', () => {
  const policy = policyOf(
    { paths: ['*'], keys: ['**.password', '**.token'] },
    { paths: ['*'], keys: ['**.secert', 'typo'] },
    { paths: ['*'], keys: ['db.host'], except: ['**.host'] },
  )
  const protection = protectionOf(policy, gitPathOf('a.yaml'))!

  it('names the globs of rules that select nothing', () => {
    expect(unselectiveGlobs(protection, ['/db/password', '/db/host'])).toEqual([
      '**.secert',
      'typo',
      'db.host',
    ])
  })

  it('is silent about a file without values and about whole files', () => {
    expect(unselectiveGlobs(protection, [])).toEqual([])
    const whole = protectionOf(policyOf({ paths: ['*'], whole: true }), gitPathOf('a'))!
    expect(unselectiveGlobs(whole, ['/a'])).toEqual([])
  })
})

describe('a compiled policy', () => {
  it('survives JSON', () => {
    const policy = policyOf(
      { paths: ['**/*.yaml', '[a-c]?'], keys: ['**.a*b'] },
      { paths: ['x'], whole: 'lfs' },
    )
    expect(JSON.parse(JSON.stringify(policy))).toEqual(policy)
    expect(policy).toMatchObject({ version: COMPILED_VERSION, repo: REPO })
  })

  it('refuses what parsePolicy refuses', () => {
    expect(() => policyOf({ paths: ['a/'] })).toThrow(/^pattern "a\/" ends with a slash/)
    expect(() => policyOf({ paths: ['a'], keys: ['a..b'] })).toThrow(
      /^key glob "a\.\.b" has an empty segment/,
    )
  })

  it.each(['policy.ts', 'weaker.ts', 'attributes.ts'])('%s loads no package', file => {
    expect(packagesOf(path.resolve(import.meta.dirname, '../../../src/policy', file))).toEqual([])
  })
})

/** Packages that loading `file` loads, through all its run-time imports. */
function packagesOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const imports = Array.from(source.matchAll(/^import (?!type )[^']*'([^']+)'/gm), match => match[1]!)
  return imports.flatMap(to => (to.startsWith('.') ? packagesOf(path.resolve(path.dirname(file), to)) : [to]))
}

describe('caselessPattern', () => {
  it('names the pattern that would match if case did not count, as where core.ignorecase is set', () => {
    const policy = policyOf({ paths: ['*.env', 'Keys/**'] })
    expect(caselessPattern(policy, gitPathOf('prod.ENV'))).toBe('*.env')
    expect(caselessPattern(policy, gitPathOf('keys/a'))).toBe('Keys/**')
    expect(caselessPattern(policy, gitPathOf('keys'))).toBeNull()
  })
})
