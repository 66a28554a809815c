import { parseArgs, type ParseArgsConfig } from 'node:util'
import { didYouMean } from '../core/did-you-mean.ts'
import { GitwardError } from '../core/errors.ts'
import type { Command, OptionSpec, OptionTable, Typed } from './command.ts'

/** What every command understands. */
export const GLOBAL_OPTIONS: OptionTable = {
  quiet: { kind: 'flag', short: 'q', help: 'say only what went wrong' },
  help: { kind: 'flag', short: 'h', help: 'show this help' },
}

/**
 * Reads a command's arguments strictly.
 * @throws {GitwardError} USAGE for an unknown option, a missing or needless value, an empty operand, too few or too many.
 */
export function parseTyped(
  name: string,
  command: Pick<Command, 'options' | 'operands' | 'secretOperands' | 'dashedOperand'>,
  args: readonly string[],
): Typed {
  const table: OptionTable = { ...command.options, ...GLOBAL_OPTIONS }
  const isDashed = (arg: string) => command.dashedOperand?.test(arg) ?? false
  const config: ParseArgsConfig = {
    args: args.filter(arg => !isDashed(arg)),
    options: asParseArgs(table),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }
  const { tokens = [] } = parseArgs(config)
  if (command.secretOperands) assertKnownOptions(name, table, tokens)
  const values = new Map<string, string[]>()
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const value = checkedValue(
      name,
      table,
      token.name,
      token.rawName,
      token.value,
      token.inlineValue ?? false,
    )
    values.set(token.name, [...(values.get(token.name) ?? []), ...(value === undefined ? [] : [value])])
  }
  operands.push(...args.filter(isDashed))
  if (!values.has('help')) assertOperands(name, command, operands)
  return {
    flag: option => values.has(option),
    value: option => values.get(option)?.at(-1),
    list: option => values.get(option) ?? [],
    operands,
  }
}

/** `set FILE:POINTER -s3cret` is a value that looks like options: it is not repeated. */
function assertKnownOptions(
  command: string,
  table: OptionTable,
  tokens: readonly { readonly kind: string; readonly name?: string }[],
): void {
  if (tokens.every(token => token.kind !== 'option' || table[token.name!])) return
  throw usage(command, 'unknown option; a value that starts with - goes behind --')
}

/** `optional` is a boolean to node: it takes a value only after `=`. */
function asParseArgs(table: OptionTable): NonNullable<ParseArgsConfig['options']> {
  const type = ({ kind }: OptionSpec) => (kind === 'value' || kind === 'list' ? 'string' : 'boolean')
  return Object.fromEntries(
    Object.entries(table).map(([name, spec]) => [
      name,
      { type: type(spec), multiple: true, ...(spec.short ? { short: spec.short } : {}) },
    ]),
  )
}

function checkedValue(
  command: string,
  table: OptionTable,
  name: string,
  raw: string,
  value: string | undefined,
  isInline: boolean,
): string | undefined {
  const spec = Object.hasOwn(table, name) ? table[name] : undefined
  if (!spec) throw unknownOption(command, table, raw)
  if (spec.kind === 'flag' && value !== undefined) throw usage(command, `${raw} takes no value`)
  const isMissing = value === undefined && (spec.kind === 'value' || spec.kind === 'list')
  const isNextOption = !isInline && value?.startsWith('-') && value !== '-'
  if (isMissing || isNextOption || value === '') throw usage(command, `${raw} needs a value`)
  if (value !== undefined && spec.oneOf && !spec.oneOf.includes(value)) {
    throw usage(command, `${raw} is one of ${spec.oneOf.join(', ')}${meant(value, spec.oneOf)}`)
  }
  return value
}

function unknownOption(command: string, table: OptionTable, raw: string): GitwardError {
  return usage(
    command,
    `unknown option ${raw}${meant(
      raw,
      Object.keys(table).map(each => `--${each}`),
    )}`,
  )
}

function assertOperands(
  command: string,
  { operands: [min, max], secretOperands }: Pick<Command, 'operands' | 'secretOperands'>,
  operands: readonly string[],
): void {
  if (operands.includes('')) throw usage(command, 'an argument is empty')
  if (operands.length < min)
    throw usage(command, min === 1 ? 'an argument is missing' : `${min} arguments are needed`)
  if (operands.length > max)
    throw usage(command, secretOperands ? 'too many arguments' : `unexpected argument ${operands[max]}`)
}

/** `, did you mean X?` or nothing. */
export function meant(word: string, candidates: readonly string[]): string {
  const candidate = didYouMean(word, candidates)
  return candidate === null ? '' : `: did you mean ${candidate}?`
}

const usage = (command: string, problem: string): GitwardError =>
  new GitwardError('USAGE', `${command}: ${problem}`, { hint: `gitward ${command} --help` })
