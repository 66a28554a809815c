import { errno, hasCode } from '../../core/errors.ts'
import type { FilterEffects } from '../filter/session.ts'
import { runChild } from './child.ts'
import { maskable } from './redact.ts'
import { readVariables } from './variables.ts'

export interface RunOptions {
  readonly files: readonly string[]
  /** Mask protected values in what the command writes. */
  readonly redact: boolean
}

/** What a shell answers for a command that it cannot find, or cannot run. */
const NOT_FOUND = 127
const NOT_RUNNABLE = 126

/**
 * Runs a command with the values of files in its environment, where they win over what was there. No value that
 * fails to open, no command.
 * @returns the exit code, as a shell would give it; and the reason if the command could not be started.
 * @throws {GitwardError} as `readVariables`.
 */
export async function runWith(
  effects: FilterEffects,
  [command, ...args]: readonly string[],
  { files, redact }: RunOptions,
): Promise<{ readonly status: number; readonly problem?: Error }> {
  const { values, secrets } = await readVariables(effects, files)
  const masked = redact ? maskable(secrets) : null
  const tooShort = redact ? secrets.filter(secret => maskable([secret]).length === 0).length : 0
  if (tooShort > 0)
    effects.warn(`${tooShort} protected value${tooShort === 1 ? ' is' : 's are'} too short to be masked`)
  try {
    const env = { ...effects.env, ...Object.fromEntries(values) }
    return { status: await runChild(command!, args, { cwd: effects.cwd, env, masked }) }
  } catch (problem) {
    if (!hasCode(problem, 'IO')) throw problem
    return { status: errno(problem.cause) === 'ENOENT' ? NOT_FOUND : NOT_RUNNABLE, problem }
  }
}
