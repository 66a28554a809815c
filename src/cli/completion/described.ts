import type { OptionTable } from '../command.ts'
import { GLOBAL_OPTIONS } from '../parse.ts'
import { commands } from '../table.ts'

/** A command for people, as a shell needs to know it. */
export interface DescribedCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly DescribedOption[]
}

export interface DescribedOption {
  readonly name: string
  readonly short: string | null
  readonly help: string
  /** None: it takes no value. Optional: only behind `=`. */
  readonly value: 'none' | 'optional' | 'needed'
  /** The only values there are; empty if any may stand there. */
  readonly oneOf: readonly string[]
}

/** Every command for people; loads all of them. */
export const describedCommands = (): Promise<DescribedCommand[]> =>
  Promise.all(
    commands
      .filter(({ plumbing }) => !plumbing)
      .map(async row => ({
        name: row.name,
        summary: row.summary,
        options: describedOptions({ ...(await row.load()).command.options, ...GLOBAL_OPTIONS }),
      })),
  )

const describedOptions = (table: OptionTable): DescribedOption[] =>
  Object.entries(table).map(([name, { short = null, kind, oneOf = [], help }]) => ({
    name,
    short,
    help,
    value: kind === 'flag' ? 'none' : kind === 'optional' ? 'optional' : 'needed',
    oneOf,
  }))
