import path from 'node:path'
import { errno, GitwardError } from '../core/errors.ts'
import type { Surroundings } from '../flows/context.ts'
import { commandHelp, overview } from './help.ts'
import { meant, parseTyped } from './parse.ts'
import { printer, type Printer } from './print.ts'
import { commands } from './table.ts'

export interface Process {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly node: string
  /** The lean filter entry, to be written into git config. */
  readonly filter: string
  readonly version: string
  readonly isTerminal: boolean
}

/** argv to exit code. */
export async function main(given: Process): Promise<number> {
  const { cwd, args } = changeFolder(given.cwd, given.args)
  const quiet = args.includes('-q') || args.includes('--quiet')
  const print = printer({ env: given.env, isTerminal: given.isTerminal, quiet })
  try {
    return await dispatch({ ...given, cwd, args }, print)
  } catch (error) {
    const known = asGitwardError(error)
    print.error(known)
    return known.exitCode
  }
}

async function dispatch({ args, cwd, env, node, filter, version }: Process, print: Printer): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version') return said(print, version)
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return said(print, overview(commands))
  const row = commands.find(each => each.name === name)
  if (!row)
    throw new GitwardError(
      'USAGE',
      `unknown command ${name}${meant(
        name,
        commands.map(each => each.name),
      )}`,
      { hint: 'gitward --help' },
    )
  const { command } = await row.load()
  const typed = parseTyped(name, command, rest)
  if (typed.flag('help')) return said(print, commandHelp(row, command))
  const surroundings: Surroundings = {
    cwd,
    env,
    launcher: { node, filter },
    warn: message => print.warn(message),
  }
  return (await command.run({ typed, surroundings, print })) ?? 0
}

function said(print: Printer, text: string): number {
  print.line(text)
  return 0
}

/** `-C DIR` before the command, as in git. */
function changeFolder(cwd: string, args: readonly string[]): { cwd: string; args: readonly string[] } {
  return args[0] === '-C' && args[1] !== undefined
    ? changeFolder(path.resolve(cwd, args[1]), args.slice(2))
    : { cwd, args }
}

/** Anything that is not ours is a bug or the system: its message could hold anything, so only its kind is told. */
function asGitwardError(error: unknown): GitwardError {
  if (error instanceof GitwardError) return error
  const kind = errno(error) ?? (error instanceof Error ? error.name : 'unknown error')
  return new GitwardError('IO', `stopped on an unexpected ${kind}`, { hint: 'gitward doctor', cause: error })
}
