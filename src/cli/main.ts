import { errno, GitwardError } from '../core/errors.ts'
import { shellWord } from '../core/shell-word.ts'
import type { Surroundings } from '../flows/context.ts'
import { commandHelp, overview } from './help.ts'
import { meant, parseTyped } from './parse.ts'
import { printer, type Printer } from './print.ts'
import { commands, type CommandRow } from './table.ts'

export interface Process {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly node: string
  /** The lean filter entry, to be written into git config. */
  readonly filter: string
  /** What a model thread starts. */
  readonly worker: string
  readonly version: string
  readonly isTerminal: boolean
}

/** argv to exit code. */
export async function main(given: Process): Promise<number> {
  try {
    return await dispatch({ ...given, args: changeFolder(given.args) })
  } catch (error) {
    const known = asGitwardError(error)
    if (errno(error) !== 'EPIPE') printer({ ...given, quiet: false }).error(known) // else nobody reads on
    return known.exitCode
  }
}

async function dispatch(given: Process): Promise<number> {
  const { args, env, node, filter, worker, version, isTerminal } = given
  const [name, ...rest] = args
  if (name === 'help' && rest.length > 0) return dispatch({ ...given, args: [...rest, '--help'] })
  const answer = withoutCommand(name, version)
  if (answer !== null) return said(printer({ env, isTerminal, quiet: false }), noMore(name, rest, answer))
  const row = findRow(name!)
  const { command } = await row.load()
  const typed = parseTyped(row.name, command, rest)
  const print = printer({ env, isTerminal, quiet: typed.flag('quiet') })
  if (typed.flag('help')) return said(print, commandHelp(row, command))
  const surroundings: Surroundings = {
    cwd: process.cwd(),
    env,
    launcher: { node, filter },
    worker,
    warn: message => print.warn(message),
  }
  return (await command.run({ typed, surroundings, print })) ?? 0
}

/** What gitward says without any command; null where there is one. */
function withoutCommand(name: string | undefined, version: string): string | null {
  if (name === '--version') return version
  return name === undefined || ['--help', '-h', 'help'].includes(name) ? overview(commands) : null
}

function noMore(name: string | undefined, [extra]: readonly string[], answer: string): string {
  if (extra === undefined) return answer
  throw new GitwardError('USAGE', `${name}: unexpected argument ${extra}`, { hint: 'gitward --help' })
}

function findRow(name: string): CommandRow {
  const row = commands.find(each => each.name === name)
  if (row) return row
  const names = commands.map(each => each.name)
  throw new GitwardError('USAGE', `unknown command ${name}${meant(name, names)}`, { hint: 'gitward --help' })
}

function said(print: Printer, text: string): number {
  print.line(text)
  return 0
}

/**
 * `-C DIR` before the command, as in git: every name that follows is relative to it, so the process moves there.
 * @throws {GitwardError} USAGE if there is no such folder.
 */
function changeFolder(args: readonly string[]): readonly string[] {
  const [option, folder, ...rest] = args
  if (option !== '-C') return args
  if (!folder) throw new GitwardError('USAGE', '-C needs a folder', { hint: 'gitward --help' })
  try {
    process.chdir(folder)
  } catch (cause) {
    const why = errno(cause) ?? 'unknown error'
    throw new GitwardError('USAGE', `cannot change to ${folder}: ${why}`, {
      hint: `ls -ld ${shellWord(folder)}`,
      cause,
    })
  }
  return changeFolder(rest)
}

/** Anything that is not ours is a bug or the system: its message could hold anything, so only its kind is told. */
function asGitwardError(error: unknown): GitwardError {
  if (error instanceof GitwardError) return error
  const kind = errno(error) ?? (error instanceof Error ? error.name : 'unknown error')
  return new GitwardError('IO', `stopped on an unexpected ${kind}`, { hint: 'gitward doctor', cause: error })
}
