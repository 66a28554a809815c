import { GitwardError } from '../core/errors.ts'

export interface GitOptions {
  readonly cwd: string
  readonly input?: Uint8Array | string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Exit codes that are answers, not failures; 0 always is one. */
  readonly answers?: readonly number[]
  /** Output that nobody reads, however large. */
  readonly discard?: true
}

export interface GitResult {
  readonly status: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** Ctrl-C reaches git first, being in one group with us. */
const INTERRUPTS: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])

/** Loaded when git is first asked: the filter of a checkout never asks, and starts the sooner. */
const childProcess = () => process.getBuiltinModule('node:child_process')

const MAX_OUTPUT_BYTES = 2 ** 31 - 1

/**
 * Runs git and returns what it wrote, as bytes. The environment is inherited, GIT_INDEX_FILE included.
 * @throws {GitwardError} GIT if git is missing or exits with anything that is not among `answers`; INTERRUPTED.
 */
export function git(
  args: readonly string[],
  { cwd, input, env, answers = [], discard }: GitOptions,
): GitResult {
  const done = childProcess().spawnSync('git', args, {
    cwd,
    input: input ?? '',
    env: env ? { ...process.env, ...env } : process.env,
    maxBuffer: MAX_OUTPUT_BYTES,
    stdio: ['pipe', discard ? 'ignore' : 'pipe', 'pipe'],
    windowsHide: true,
  })
  if (done.error) throw cannotRun(done.error)
  if (done.signal !== null) throw killed(done.signal)
  const status = done.status!
  const stderr = done.stderr.toString()
  if (status !== 0 && !answers.includes(status)) throw failed(args, status, stderr)
  return { status, stdout: done.stdout ?? Buffer.alloc(0), stderr }
}

/** The first line of git's answer, without its line feed; null if git exits with 1 or 128. */
export function gitLine(args: readonly string[], options: GitOptions): string | null {
  const { status, stdout } = git(args, { ...options, answers: [1, 128] })
  return status === 0 ? stdout.toString().split('\n')[0]! : null
}

/** Never an answer: whoever asked whether something exists must not hear that it does not. */
const killed = (signal: string): GitwardError =>
  INTERRUPTS.has(signal)
    ? new GitwardError('INTERRUPTED', 'git was interrupted')
    : new GitwardError('GIT', `git was killed by ${signal}`, { hint: 'git status' })

function cannotRun(cause: Error): GitwardError {
  return new GitwardError('GIT', `git could not be run: ${cause.message}`, { hint: 'git --version', cause })
}

/** True if git refuses a repository because of who owns its folder. */
export const isOwnerRefused = (stderr: string): boolean =>
  stderr.includes('safe.directory') || stderr.includes('dubious ownership')

export const ownerRefused = (): GitwardError =>
  new GitwardError('GIT', 'git refuses this folder: it belongs to another user', {
    hint: 'git config --global --add safe.directory "$PWD"',
  })

function failed(args: readonly string[], status: number, stderr: string): GitwardError {
  if (isOwnerRefused(stderr)) return ownerRefused()
  const said = stderr.trim().split('\n').slice(-3).join(' | ')
  return new GitwardError(
    'GIT',
    `git ${args.find(arg => !arg.startsWith('-'))} failed with exit ${status}: ${said}`,
  )
}
