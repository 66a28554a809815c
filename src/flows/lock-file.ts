import {
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { errno, GitwardError, hasCode } from '../core/errors.ts'
import { shellWord } from '../core/shell-word.ts'
import { removeAtExit } from './at-exit.ts'
import { cannotMake, readTextIfPresent } from './disk.ts'

const MODE_FILE = 0o600
/** What a folder says in which this user makes no files, and a lock of another user. */
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS'])
/** Names of this module and of disk.ts, with the process that made them. */
const TEMPORARY = /^(?:\.gitward-(\d+)-[0-9a-f]{8}\.tmp|.*lock-(\d+))$/

/** A process, told apart from a later one of the same number where the system says when it started. */
interface Owner {
  readonly pid: number
  /** Clock ticks from boot to its start, which no change of the clock touches; empty where nobody knows. */
  readonly started: string
}

export interface LockOptions {
  /** What the error says somebody else is working in. */
  readonly place: string
  readonly also?: readonly string[]
  /** Permission bits of the lock (default: 0600). */
  readonly mode?: number
  /** Told why there can be no lock for this user; `work` then runs without. Absent: an error. */
  readonly onDenied?: (error: GitwardError) => void
}

/**
 * Runs `work` while the lock file is ours. A lock whose owner is gone is taken over; whatever ends this process but a
 * kill -9 takes the lock and `also` with it.
 * @throws {GitwardError} IO if another process holds it, or if it cannot be written.
 */
export async function withLockFile<T>(
  file: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { also = [], onDenied } = options
  try {
    takeLock(file, options)
  } catch (error) {
    if (!onDenied || !hasCode(error, 'IO') || !DENIED.has(errno(error.cause) ?? '')) throw error
    onDenied(error)
    return work()
  }
  const restore = removeAtExit(...also, file)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
    restore()
  }
}

/** Removes what killed processes left in a folder of ours. */
export function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder))
    if (isOfDeadProcess(name)) rmSync(path.join(folder, name), { force: true })
}

/** True for a temporary file of ours, by its name, whose process is gone. */
export function isOfDeadProcess(file: string): boolean {
  const [, temporary, lock] = TEMPORARY.exec(path.basename(file)) ?? []
  const pid = Number(temporary ?? lock ?? 0)
  return pid > 0 && !isRunning({ pid, started: '' })
}

/** True for a lock file whose owner is gone. */
export function isStaleLock(file: string): boolean {
  const text = readTextIfPresent(file)
  return text !== null && !isRunning(ownerOf(text))
}

function takeLock(file: string, { place, mode = MODE_FILE }: LockOptions): void {
  if (tryLock(file, mode)) return
  const text = readTextIfPresent(file) ?? ''
  const owner = ownerOf(text)
  if (isRunning(owner)) {
    throw new GitwardError('IO', `another gitward (process ${owner.pid}) is working ${place}`, {
      hint: `ps -p ${owner.pid}`,
    })
  }
  removeStaleLock(file, text)
  if (!tryLock(file, mode))
    throw new GitwardError('IO', `another gitward is working ${place}`, { hint: `cat ${shellWord(file)}` })
}

/** The lock appears with its owner in it: nobody ever reads half of one. */
function tryLock(file: string, mode: number): boolean {
  const own = `${file}-${process.pid}`
  try {
    writeFileSync(own, `${process.pid} ${startOf(process.pid)}`, { mode })
    linkOrCopy(own, file)
    return true
  } catch (error) {
    if (errno(error) === 'EEXIST') return false
    throw cannotLock(file, error)
  } finally {
    rmSync(own, { force: true })
  }
}

const cannotLock = (file: string, cause: unknown): GitwardError => cannotMake('lock', file, cause)

/** @throws EEXIST. Some file systems have no hard links. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(errno(error) ?? '')) throw error
    copyFileSync(from, to, constants.COPYFILE_EXCL)
  }
}

/** Moved aside before it goes: if somebody was faster, it is their lock that was moved, and it goes back. */
function removeStaleLock(file: string, stale: string): void {
  const aside = `${file}-${process.pid}`
  try {
    renameSync(file, aside)
    if (readTextIfPresent(aside) !== stale) linkOrCopy(aside, file)
  } catch (error) {
    if (errno(error) !== 'ENOENT' && errno(error) !== 'EEXIST') throw cannotLock(file, error)
  } finally {
    rmSync(aside, { force: true })
  }
}

function ownerOf(text: string): Owner {
  const [pid, started = ''] = text.split(' ')
  return { pid: Number(pid), started }
}

function isRunning({ pid, started }: Owner): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (errno(error) !== 'EPERM') return false
  }
  const now = startOf(pid)
  return started === '' || now === '' || started === now
}

/** Linux: field 22 of /proc/PID/stat; the second, the program's name, may hold blanks and parentheses. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return '' // another system, or a process that has just gone
  }
}
