import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { errno, GitwardError } from '../core/errors.ts'
import { shellWord } from '../core/shell-word.ts'
import { writeAll } from '../git/streams.ts'

export const existsAlready = (file: string | Buffer): boolean =>
  lstatSync(file, { throwIfNoEntry: false }) !== undefined

/** The file's bytes; null if there is no such file. @throws {GitwardError} IO for one that may not be read. */
export function readIfPresent(file: string | Buffer): Buffer | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'].includes(errno(error) ?? '')) return null
    throw cannotRead(file.toString(), error)
  }
}

export const readTextIfPresent = (file: string): string | null => readIfPresent(file)?.toString() ?? null

/** @throws {GitwardError} IO for a missing file, a folder, or a file beyond what Node reads at once. */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw cannotRead(file, cause)
  }
}

/** The absolute path of a file, links followed; `name` is for the error. @throws {GitwardError} IO if none is there. */
export function followed(file: string, name: string): string {
  try {
    return realpathSync(file)
  } catch (cause) {
    throw cannotRead(name, cause)
  }
}

/** @throws never: makes the error for a file that cannot be read. */
export const cannotRead = (name: string, cause: unknown): GitwardError =>
  new GitwardError('IO', `cannot read ${name}: ${errno(cause) ?? 'unknown error'}`, {
    hint: `ls -ld ${shellWord(name)}`,
    cause,
  })

/** @throws never: makes the error for a file that cannot be written. */
export const cannotWrite = (name: string, cause: unknown): GitwardError => cannotMake('write', name, cause)

/** The same for whatever else is done to a new file. */
export function cannotMake(verb: string, name: string, cause: unknown): GitwardError {
  const folder = shellWord(path.dirname(name))
  return new GitwardError('IO', `cannot ${verb} ${name}: ${errno(cause) ?? 'unknown error'}`, {
    hint: `df -h ${folder} && ls -ld ${folder}`,
    cause,
  })
}

export interface WriteOptions {
  /** Permission bits of a new file; an existing file keeps its own. */
  readonly mode?: number
  /** Wait until the disk has it: for what cannot be made again. */
  readonly durable?: boolean
  /** Where the temporary file stands (default: beside the file, as it must on another file system). */
  readonly scratch?: string
}

/** Writes a temporary file and renames it: readers see the old or the new bytes, never half. */
export function writeAtomic(
  file: string | Buffer,
  bytes: Uint8Array | string,
  { scratch, ...options }: WriteOptions = {},
): void {
  try {
    writeThrough(scratch === undefined ? folderOf(file) : Buffer.from(`${scratch}/`), file, bytes, options)
  } catch (cause) {
    if (scratch !== undefined && errno(cause) === 'EXDEV') return writeAtomic(file, bytes, options)
    throw cannotWrite(file.toString(), cause)
  }
}

function writeThrough(
  folder: Buffer,
  file: string | Buffer,
  bytes: Uint8Array | string,
  { mode, durable = false }: WriteOptions,
): void {
  const name = `.gitward-${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  const temporary = Buffer.concat([folder, Buffer.from(name)])
  const wanted = mode ?? statSync(file, { throwIfNoEntry: false })?.mode
  try {
    const fd = openSync(temporary, 'wx', wanted ?? 0o666)
    try {
      writeAll(fd, typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
      if (durable) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    if (wanted !== undefined) chmodSync(temporary, wanted & 0o7777)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The folder of `file` with its slash; empty for the work folder. Paths may be bytes that are no UTF-8. */
function folderOf(file: string | Buffer): Buffer {
  const bytes = Buffer.from(file)
  return bytes.subarray(0, bytes.lastIndexOf('/') + 1)
}

/** Makes a private folder (0700). @throws {GitwardError} IO. */
export const makePrivateFolder = (folder: string): void => makeFolder(folder, 0o700)

/** Makes a folder where none is. @throws {GitwardError} IO. */
export function makeFolder(folder: string, mode = 0o777): void {
  try {
    mkdirSync(folder, { recursive: true, mode })
  } catch (cause) {
    throw cannotWrite(folder, cause)
  }
}

/** True if no folder on the way from `top` to `relative` is a symlink: writing there stays inside `top`. */
export function staysInside(top: string, relative: Buffer): boolean {
  const text = relative.toString('latin1')
  const folders = text.split('/').slice(0, -1)
  return folders.every((_, i) => {
    const folder = Buffer.concat([
      Buffer.from(`${top}/`),
      Buffer.from(folders.slice(0, i + 1).join('/'), 'latin1'),
    ])
    const stat = lstatSync(folder, { throwIfNoEntry: false })
    return stat === undefined || stat.isDirectory()
  })
}
