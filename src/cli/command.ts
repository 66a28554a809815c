import type { Surroundings } from '../flows/context.ts'
import type { Printer } from './print.ts'

/**
 * flag: `--name`; value: `--name VALUE`; list: the same, again and again; optional: `--name` or `--name=VALUE`.
 */
export interface OptionSpec {
  readonly kind: 'flag' | 'value' | 'list' | 'optional'
  readonly short?: string
  /** How help names the value. */
  readonly value?: string
  /** The only values there are. */
  readonly oneOf?: readonly string[]
  readonly help: string
}

export type OptionTable = Readonly<Record<string, OptionSpec>>

/** What the user typed, checked against the command's table. */
export interface Typed {
  flag(name: string): boolean
  value(name: string): string | undefined
  list(name: string): string[]
  readonly operands: readonly string[]
}

export interface CommandInput {
  readonly typed: Typed
  readonly surroundings: Surroundings
  readonly print: Printer
}

export interface Command {
  /** After `gitward`: `protect PATTERN… [--whole[=json]]`. */
  readonly synopsis: string
  readonly options: OptionTable
  /** How many operands there may be. */
  readonly operands: readonly [min: number, max: number]
  /** Operands may be secrets: no error repeats what was typed. */
  readonly secretOperands?: true
  /** A last operand that may start with a dash, as fingerprints do. */
  readonly dashedOperand?: RegExp
  /** One that works as typed. */
  readonly example: string
  /** @returns the exit code, if it is not 0. */
  run(input: CommandInput): Promise<number | undefined>
}
