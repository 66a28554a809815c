import { describe, expect, it } from 'vitest'
import type { Command } from '../../../src/cli/command.ts'
import { parseTyped } from '../../../src/cli/parse.ts'

const table: Pick<Command, 'options' | 'operands'> = {
  options: {
    force: { kind: 'flag', short: 'f', help: '' },
    output: { kind: 'value', short: 'o', help: '' },
    format: { kind: 'value', oneOf: ['binary', 'json'], help: '' },
    key: { kind: 'list', help: '' },
    whole: { kind: 'optional', oneOf: ['json', 'lfs'], help: '' },
  },
  operands: [0, 2],
}
const parse = (...args: string[]) => parseTyped('encrypt', table, args)

const usage = (message: string) =>
  expect.objectContaining({
    code: 'USAGE',
    exitCode: 2,
    message: `encrypt: ${message}`,
    hint: 'gitward encrypt --help',
  })

describe('parseTyped takes', () => {
  it('nothing', () => {
    const typed = parse()
    expect(typed.operands).toEqual([])
    expect(typed.flag('force')).toBe(false)
    expect(typed.value('output')).toBeUndefined()
    expect(typed.list('key')).toEqual([])
  })

  it.each([['--force'], ['-f'], ['a', '--force', 'b'], ['--force', '--force'], ['-fq']])(
    'a flag: %s %s %s',
    (...args) => {
      expect(parse(...args).flag('force')).toBe(true)
    },
  )

  it.each([
    ['--output', 'x'],
    ['--output=x'],
    ['-o', 'x'],
    ['-ox'],
    ['-fo', 'x'],
    ['--output', 'y', '--output', 'x'],
  ])('a value: %s %s', (...args) => {
    const typed = parse(...args)
    expect(typed.value('output')).toBe('x')
    expect(typed.operands).toEqual([])
  })

  it('a value that starts with a dash only after =, but a lone dash anywhere', () => {
    expect(parse('--output=-x').value('output')).toBe('-x')
    expect(parse('--output', '-').value('output')).toBe('-')
    expect(parse('-o', '-').value('output')).toBe('-')
    expect(() => parse('--output', '-x')).toThrow(usage('--output needs a value'))
  })

  it('a last operand that starts with a dash, where the command says so', () => {
    const command = { ...table, dashedOperand: /^-[\w-]{21}$/ }
    for (const fingerprint of ['-wAAAAAAAAAAAAAAAAAAAA', '--AAAAAAAAAAAAAAAAAAAA'])
      expect(parseTyped('baseline', command, ['add', fingerprint, '--key', 'k']).operands).toEqual([
        'add',
        fingerprint,
      ])
    expect(() => parseTyped('baseline', command, ['add', '-wA'])).toThrow('unknown option')
  })

  it('a value with = in it', () => {
    expect(parse('--output=a=b').value('output')).toBe('a=b')
  })

  it('a list, in its order', () => {
    expect(parse('--key', 'a', 'x', '--key=b').list('key')).toEqual(['a', 'b'])
  })

  it('an optional value only after =: --whole takes no word from the line', () => {
    expect(parse('--whole').flag('whole')).toBe(true)
    expect(parse('--whole').value('whole')).toBeUndefined()
    expect(parse('--whole=json').value('whole')).toBe('json')
    const typed = parse('--whole', 'json')
    expect(typed.value('whole')).toBeUndefined()
    expect(typed.operands).toEqual(['json'])
  })

  it('operands after -- as they are', () => {
    expect(parse('--', '--force', '-o').operands).toEqual(['--force', '-o'])
    expect(parse('a', '--', '--').operands).toEqual(['a', '--'])
    expect(parse('-').operands).toEqual(['-'])
  })

  it('a negated pattern as an operand', () => {
    expect(parse('!a').operands).toEqual(['!a'])
  })

  it('--help with any operands', () => {
    expect(parse('--help', 'a', 'b', 'c').flag('help')).toBe(true)
    expect(parse('-h').flag('help')).toBe(true)
    expect(parse('-q').flag('quiet')).toBe(true)
  })
})

describe('parseTyped refuses', () => {
  it.each<[string[], string]>([
    [['--forse'], 'unknown option --forse: did you mean --force?'],
    [['--outptu=x'], 'unknown option --outptu: did you mean --output?'],
    [['--FORCE'], 'unknown option --FORCE: did you mean --force?'],
    [['--nothing-like-it'], 'unknown option --nothing-like-it'],
    [['-x'], 'unknown option -x'],
    [['-fx'], 'unknown option -x'],
    [['-1'], 'unknown option -1'],
    [['--no-force'], 'unknown option --no-force: did you mean --force?'],
    [['--forc'], 'unknown option --forc: did you mean --force?'],
    [['---force'], 'unknown option ---force: did you mean --force?'],
    [['--='], 'unknown option --='],
    [['--constructor'], 'unknown option --constructor'],
    [['--to-string'], 'unknown option --to-string'],
    [['--toString'], 'unknown option --toString'],
    [['--__proto__'], 'unknown option --__proto__'],
    [['--hasOwnProperty=1'], 'unknown option --hasOwnProperty'],
  ])('%j', (args, message) => {
    expect(() => parse(...args)).toThrow(usage(message))
  })

  it.each<[string[], string]>([
    [['--output'], '--output needs a value'],
    [['-o'], '-o needs a value'],
    [['--output', '--force'], '--output needs a value'],
    [['--output='], '--output needs a value'],
    [['--output', ''], '--output needs a value'],
    [['--key'], '--key needs a value'],
    [['--key='], '--key needs a value'],
    [['--whole='], '--whole needs a value'],
    [['--force=yes'], '--force takes no value'],
    [['--force='], '--force takes no value'],
    [['--quiet=1'], '--quiet takes no value'],
    [['--help=all'], '--help takes no value'],
  ])('%j', (args, message) => {
    expect(() => parse(...args)).toThrow(usage(message))
  })

  it.each<[string[], string]>([
    [['--format', 'jsno'], '--format is one of binary, json: did you mean json?'],
    [['--format=x'], '--format is one of binary, json'],
    [['--format=JSON'], '--format is one of binary, json: did you mean json?'],
    [['--whole=jso'], '--whole is one of json, lfs: did you mean json?'],
    [['--whole=true'], '--whole is one of json, lfs'],
  ])('%j', (args, message) => {
    expect(() => parse(...args)).toThrow(usage(message))
  })

  it('too many operands', () => {
    expect(() => parse('a', 'b', 'c')).toThrow(usage('unexpected argument c'))
  })

  it.each<[readonly [number, number], string]>([
    [[1, 1], 'an argument is missing'],
    [[2, 3], '2 arguments are needed'],
  ])('too few operands: %j', (operands, message) => {
    expect(() => parseTyped('encrypt', { ...table, operands }, [])).toThrow(usage(message))
  })

  it('an empty operand: a variable that is not set', () => {
    expect(() => parse('')).toThrow(usage('an argument is empty'))
    expect(() => parse('--', '')).toThrow(usage('an argument is empty'))
  })
})
