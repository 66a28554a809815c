import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { writeFully } from '../../model/positional.ts'
import { removeAtExit } from '../at-exit.ts'
import { cannotWrite } from '../disk.ts'
import { writeAll } from '../streams.ts'

/** Where the bytes of a command go. */
export interface Output {
  /** A file to be written by position; null for standard output. */
  readonly fd: number | null
  /** Writes the next bytes; not to be mixed with writes by position. */
  write(bytes: Bytes): void
}

const STANDARD_OUTPUT: Output = { fd: null, write: bytes => writeAll(1, bytes) }

export interface OutputOptions {
  readonly force: boolean
  /** Permission bits (default: those of the file that is there, else what the system gives a new one). */
  readonly mode?: number
  /** Wait until the disk has it: for what takes the place of something that cannot be made again. */
  readonly durable?: boolean
}

/**
 * Lets `work` write a temporary file and renames it to `name`, or write to standard output if that is `-`. Whatever
 * stops it but a kill -9, the temporary file goes: `name` is absent, as it was, or whole.
 * @throws {GitwardError} USAGE if the file exists and nobody said --force; IO.
 */
export async function withOutput<T>(
  name: string,
  options: OutputOptions,
  work: (output: Output) => Promise<T>,
): Promise<T> {
  if (name === '-') return work(STANDARD_OUTPUT)
  assertMayWrite(name, options.force)
  const file = path.resolve(name)
  const temporary = path.join(
    path.dirname(file),
    `.gitward-${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
  )
  const restore = removeAtExit(temporary)
  try {
    const mode = options.mode ?? statSync(file, { throwIfNoEntry: false })?.mode
    const done = await writing(name, temporary, { ...options, mode }, work)
    inName(name, () => renameSync(temporary, file))
    return done
  } finally {
    rmSync(temporary, { force: true })
    restore()
  }
}

async function writing<T>(
  name: string,
  temporary: string,
  { mode, durable }: { readonly mode: number | undefined; readonly durable?: boolean },
  work: (output: Output) => Promise<T>,
): Promise<T> {
  const fd = inName(name, () => openSync(temporary, 'wx+', mode ?? 0o666))
  let at = 0
  const write = (bytes: Bytes) => {
    inName(name, () => writeFully(fd, bytes, at))
    at += bytes.length
  }
  try {
    const done = await work({ fd, write })
    if (mode !== undefined) inName(name, () => chmodSync(temporary, mode & 0o7777))
    if (durable) inName(name, () => fsyncSync(fd))
    return done
  } finally {
    closeSync(fd)
  }
}

function inName<T>(name: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw cannotWrite(name, cause)
  }
}

/** @throws {GitwardError} USAGE if the file exists and nobody said --force, or is none that can be replaced. */
export function assertMayWrite(name: string, force: boolean): void {
  const there = lstatSync(name, { throwIfNoEntry: false })
  if (!there) return
  if (!force) {
    throw new GitwardError('USAGE', `${name} exists`, { hint: 'choose another name with -o, or add --force' })
  }
  if (there.isFile() || there.isSymbolicLink()) return
  throw new GitwardError('USAGE', `${name} is no regular file`, { hint: 'write to standard output: -o -' })
}
