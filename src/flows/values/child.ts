import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { errno, GitwardError } from '../../core/errors.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { writeAll } from '../streams.ts'
import { redactor, type Redactor } from './redact.ts'

export interface ChildOptions {
  readonly cwd: string
  readonly env: Environment
  /** Texts to mask in what the child writes; null to hand it our own streams. */
  readonly masked: readonly string[] | null
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const
/** A terminal sends these to every process in front of it, the child included. */
const FROM_TERMINAL = new Set<string>(['SIGINT', 'SIGQUIT'])

/**
 * Runs a command to its end. Signals to us go on to it.
 * @returns its exit code, or 128 + n if signal n ended it.
 * @throws {GitwardError} IO if it cannot be started; its cause has the system's code.
 */
export async function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<number> {
  const { cwd, env, masked } = options
  const piped = masked === null ? 'inherit' : 'pipe'
  let child: ChildProcess | undefined
  const restore = forwardSignals(signal => child?.kill(signal)) // first: the child may signal us at once
  try {
    child = spawn(command, args, { cwd, env, stdio: ['inherit', piped, piped] })
    if (masked) {
      passOn(child.stdout!, 1, redactor(masked))
      passOn(child.stderr!, 2, redactor(masked))
    }
    return await exitOf(command, child)
  } finally {
    restore()
  }
}

/** Until the returned function is called, no other listener of ours hears these signals. */
function forwardSignals(send: (signal: NodeJS.Signals) => unknown): () => void {
  const undo = FORWARDED.map(signal => {
    const others = process.listeners(signal)
    const forward = () => {
      if (!process.stdin.isTTY || !FROM_TERMINAL.has(signal)) send(signal)
    }
    process.removeAllListeners(signal)
    process.on(signal, forward)
    return () => {
      process.removeListener(signal, forward)
      for (const other of others) process.on(signal, other)
    }
  })
  return () => {
    for (const each of undo) each()
  }
}

/** A reader that has gone away ends the child as it would without us in between. */
function passOn(from: NodeJS.ReadableStream, to: number, { push, end }: Redactor): void {
  const write = (bytes: Uint8Array) => {
    try {
      writeAll(to, bytes)
    } catch (error) {
      if (errno(error) !== 'EPIPE') throw error
      if ('destroy' in from && typeof from.destroy === 'function') from.destroy()
    }
  }
  from.on('data', (chunk: Buffer) => write(push(chunk)))
  from.on('end', () => write(end()))
}

function exitOf(command: string, child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', cause => reject(cannotStart(command, cause)))
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]))
  })
}

const cannotStart = (command: string, cause: Error) =>
  new GitwardError('IO', `${command} cannot be run: ${errno(cause) ?? 'unknown error'}`, {
    hint: `command -v ${command}`,
    cause,
  })
