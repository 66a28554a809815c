import { describe, expect, it } from 'vitest'
import { gitPathOf } from '../../../src/core/path.ts'
import { protectionOf } from '../../../src/policy/policy.ts'
import { isWeaker, mayWeaken, mayWeakenPaths, weakerPointer } from '../../../src/policy/weaker.ts'
import type { ProtectRuleInput } from '../../../src/policy/schema.ts'
import { policyOf } from './support/policies.ts'

const protection = (rule: ProtectRuleInput) => protectionOf(policyOf(rule), gitPathOf('a'))!
const whole = protection({ paths: ['a'], whole: true })
const json = protection({ paths: ['a'], whole: 'json', scope: 'prod' })
const passwords = protection({ paths: ['a'], keys: ['**.password'] })
const tokens = protection({ paths: ['a'], keys: ['**.token'], scope: 'prod' })

describe('isWeaker', () => {
  it.each([
    ['nothing to nothing', null, null, false],
    ['nothing to whole', null, whole, false],
    ['nothing to values', null, passwords, false],
    ['whole to nothing', whole, null, true],
    ['values to nothing', passwords, null, true],
    ['whole to values', whole, passwords, true],
    ['values to whole', passwords, whole, false],
    ['values to other values: asked per value', passwords, tokens, false],
    ['whole to whole in another form and scope', whole, json, false],
  ])('%s', (_, pinned, now, expected) => {
    expect(isWeaker(pinned, now)).toBe(expected)
  })
})

describe('weakerPointer', () => {
  it.each([
    ['sealed and no longer selected', passwords, tokens, '/password', true],
    ['plain before and after', passwords, tokens, '/host', false],
    ['plain before, sealed now', passwords, tokens, '/token', false],
    ['sealed in another scope', whole, json, '/a', false],
    ['sealed by the whole file, now by a glob', whole, passwords, '/password', false],
    ['sealed by the whole file, now plain', whole, passwords, '/host', true],
    ['sealed by a glob, now by the whole file', passwords, whole, '/password', false],
    ['unprotected now', passwords, null, '/password', true],
    ['unprotected before', null, passwords, '/password', false],
  ])('%s', (_, pinned, now, pointer, expected) => {
    expect(weakerPointer(pinned, now, pointer)).toBe(expected)
  })
})

describe('mayWeaken', () => {
  const both = (...rules: ProtectRuleInput[]) => protectionOf(policyOf(...rules), gitPathOf('a'))!
  const all: ProtectRuleInput = { paths: ['a'] }

  it.each([
    ['nothing was protected', null, whole, false],
    ['it is the same', passwords, passwords, false],
    ['a rule was added', both(all), both(all, { paths: ['a'], keys: ['x'] }), false],
    ['values became a whole file of their scope', passwords, whole, false],
    ['protection is gone', whole, null, true],
    ['a whole file became values', whole, passwords, true],
    ['a whole file moved to another scope', whole, json, true],
    [
      'the added rule is of another scope',
      both(all),
      both(all, { paths: ['a'], keys: ['x'], scope: 'prod' }),
      true,
    ],
    ['the added rule has exceptions', both(all), both(all, { paths: ['a'], except: ['x'] }), true],
    ['the keys changed', passwords, both({ paths: ['a'], keys: ['**.pass'] }), true],
  ] as const)('where %s', (_, pinned, now, expected) => {
    expect(mayWeaken(pinned, now)).toBe(expected)
  })
})

describe('mayWeakenPaths', () => {
  const sealing = (...paths: string[]) => policyOf({ paths, whole: true })

  it.each([
    ['the same', ['secrets/**'], ['secrets/**'], false],
    ['a wider pattern', ['secrets/*', '/a'], ['**'], false],
    ['one file of a folder', ['secrets/**'], ['secrets/a.txt'], true],
    ['one level of a folder', ['secrets/**'], ['secrets/*'], true],
    ['one folder of any', ['*.env'], ['/*.env'], true],
    ['any folder but the first', ['*.env'], ['*/*.env', '*/**/*.env'], true],
    ['fewer of a class', ['key-[a-f]'], ['key-[a-e]'], true],
    ['a byte for any', ['key-?'], ['key-x'], true],
    ['the same in other words', ['k\u00e9y-[ab]'], ['k\u00e9y-[ba]'], false],
    ['no rule at all', ['a'], [], true],
  ])('%s', (_, before, after, expected) => {
    expect(mayWeakenPaths(sealing(...before), after.length === 0 ? policyOf() : sealing(...after))).toBe(
      expected,
    )
  })

  it('asks nothing of paths that clashing rules keep every file away from', () => {
    const clash = policyOf({ paths: ['a/*'], whole: true }, { paths: ['a/*'] })
    expect(mayWeakenPaths(clash, policyOf())).toBe(false)
  })
})
