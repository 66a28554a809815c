import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlob, globMatches } from '../../../src/policy/globs.ts'
import { pointerSegments } from '../../../src/policy/pointers.ts'

const selects = (glob: string, pointer: string) => globMatches(compileGlob(glob), pointerSegments(pointer))

describe('pointerSegments', () => {
  it.each([
    ['', []],
    ['/db/password', ['DB', 'PASSWORD']],
    ['/', ['']],
    ['/a~1b/~0c', ['A/B', '~C']],
    ['/users/-=alice/-', ['USERS', null, null]],
    ['/~2/~2=alice', ['-', '-=ALICE']],
    ['/-a', ['-A']],
  ])('reads %j', (pointer, segments) => {
    expect(pointerSegments(pointer)).toEqual(segments)
  })

  it.each(['db.password', '/a~3', '/a~'])('refuses %j', pointer => {
    expect(() => pointerSegments(pointer)).toThrow(new RangeError(`not a pointer: ${pointer}`))
  })
})

describe('globs', () => {
  it.each([
    ['db.password', '/db/password', true],
    ['db.password', '/db/passwords', false],
    ['db.password', '/a/db/password', false],
    ['DB.PassWord', '/db/pASSword', true],
    ['*', '/db', true],
    ['*', '/', true],
    ['*', '', false],
    ['*', '/db/password', false],
    ['**', '', true],
    ['**', '/a/b/c', true],
    ['**.*password', '/password', true],
    ['**.*password', '/db/admin_password', true],
    ['**.*password', '/db/password/old', false],
    ['**.password.**', '/db/password/old', true],
    ['**.password.**', '/password', true],
    ['a.**.b', '/a/b', true],
    ['a.**.b', '/a/x/y/b', true],
    ['a.**.b', '/a/x/y/c', false],
    ['*_token', '/_token', true],
    ['a*b*c', '/abc', true],
    ['a*b*c', '/a-c-b', false],
    ['a*bc', '/abbc', true],
    ['ab*ba', '/aba', false],
  ])('%s over %s: %s', (glob, pointer, expected) => {
    expect(selects(glob, pointer)).toBe(expected)
  })

  it.each([
    ['users.*.token', true],
    ['users.**', true],
    ['users.alice.token', false],
    ['users.*alice.token', false],
    ['users.a*.token', false],
  ])('%s selects an element only by * or **', (glob, expected) => {
    expect(selects(glob, '/users/-=alice/token')).toBe(expected)
  })

  it('takes an escaped dot, star and backslash for themselves', () => {
    expect(selects(String.raw`a\.b`, '/a.b')).toBe(true)
    expect(selects(String.raw`a\.b`, '/a/b')).toBe(false)
    expect(selects('a.b', '/a.b')).toBe(false)
    expect(selects(String.raw`\*`, '/*')).toBe(true)
    expect(selects(String.raw`\*\*`, '/a')).toBe(false)
    expect(selects(String.raw`\\`, '/\\')).toBe(true)
  })

  it('compares decoded keys', () => {
    expect(selects('a/b', '/a~1b')).toBe(true)
    expect(selects('-x', '/~2x')).toBe(true)
    expect(selects('~', '/~0')).toBe(true)
  })

  it('folds case alike in a piece and in a word', () => {
    expect(selects('*Σ', '/ΑΣ')).toBe(true)
    expect(selects('*σ', '/ας')).toBe(true)
  })

  it('select what the same glob spelt as a regex selects', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', 'B', 'é'), minLength: 1, maxLength: 3 })
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 4 })
    const globs = fc
      .array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 5 })
      .filter(parts => parts.every(each => each === '**' || !each.includes('**')))
    fc.assert(
      fc.property(globs, fc.array(key, { maxLength: 5 }), (parts, keys) => {
        const source = parts.map(each =>
          each === '**' ? '(?:/[^/]*)*' : `/${each.replaceAll('*', '[^/]*')}`,
        )
        const pointer = keys.map(each => `/${each}`).join('')
        const expected = new RegExp(`^${source.join('')}$`, 'i').test(pointer)
        expect(selects(parts.join('.'), pointer)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('a hostile glob cannot stall', () => {
    expect(selects(`${'**.a.'.repeat(30)}b`, '/a'.repeat(300))).toBe(false)
    expect(selects(`${'*a'.repeat(300)}b`, `/${'a'.repeat(3000)}`)).toBe(false)
  })

  it('survive JSON', () => {
    const glob = compileGlob('**.*password')
    expect(JSON.parse(JSON.stringify(glob))).toEqual(glob)
  })
})

describe('compileGlob', () => {
  it.each([
    ['', 'has an empty segment', 'write \\. for a dot in a key, * for any key'],
    ['a..b', 'has an empty segment', 'write \\. for a dot in a key, * for any key'],
    ['.env', 'has an empty segment', 'write \\. for a dot in a key, * for any key'],
    ['a.', 'has an empty segment', 'write \\. for a dot in a key, * for any key'],
    ['a**', 'has a ** that is not alone between dots', 'write * or .**.'],
    ['***', 'has a ** that is not alone between dots', 'write * or .**.'],
    ['a\\b', 'has a backslash before an ordinary character', 'write \\\\'],
    ['a\\', 'has a backslash before an ordinary character', 'write \\\\'],
  ])('refuses %j', (glob, what, hint) => {
    const message = `key glob ${JSON.stringify(glob)} ${what}`
    expect(() => compileGlob(glob)).toThrow(expect.objectContaining({ code: 'CONFIG', message, hint }))
  })
})
