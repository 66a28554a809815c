import { constants, copyFileSync, linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { GitwardError, errno } from '../core/errors.ts'
import { quoted } from '../core/shell-word.ts'
import type { Repository } from '../git/repository.ts'
import { formatKeyring, parseKeyring, type Keyring } from '../keys/keyring.ts'
import type { Pins } from '../keys/pins.ts'
import { COMPILED_VERSION, type CompiledPolicy } from '../policy/policy.ts'
import { makePrivateFolder, readTextIfPresent, writeAtomic } from './disk.ts'
import { isHashedPolicy, isTrust } from './state-shape.ts'

/** A policy with the hash of the file that it came from. */
export interface HashedPolicy {
  /** SHA-256 of config.yaml, hex. */
  readonly hash: string
  readonly compiled: CompiledPolicy
}

/** Stands for the hash where a branch has no policy: one from before gitward. */
export const NO_POLICY = 'none'

/** `gitward policy accept`: a weaker policy that a person agreed to, on one branch. */
export interface Acceptance {
  readonly hash: string
  readonly branch: string | null
}

/** What this machine trusts about a repository: nothing in it is secret, all of it must be genuine. */
export interface Trust {
  readonly pins: Pins
  readonly policy: HashedPolicy | null
  readonly accepted: readonly Acceptance[]
}

const FOLDER_MODE_FILE = 0o600

/** `$GIT_COMMON_DIR/gitward`: keyring, trust, compiled policies; shared by linked work trees. */
export const stateFolder = ({ commonDir }: Repository): string => path.join(commonDir, 'gitward')

export function loadKeyring(repository: Repository): Keyring {
  const file = path.join(stateFolder(repository), 'keyring.json')
  const text = readTextIfPresent(file)
  try {
    return text === null ? [] : parseKeyring(text)
  } catch (cause) {
    throw damaged(file, cause)
  }
}

/** An empty keyring is no file. */
export function saveKeyring(repository: Repository, keyring: Keyring): void {
  if (keyring.length === 0) return rmSync(path.join(stateFolder(repository), 'keyring.json'), { force: true })
  save(repository, 'keyring.json', formatKeyring(keyring))
}

export const loadTrust = (repository: Repository): Trust | null =>
  load(repository, 'trust.json', isTrust(COMPILED_VERSION)) as Trust | null

export const saveTrust = (repository: Repository, trust: Trust): void =>
  save(repository, 'trust.json', JSON.stringify(trust))

/** The compiled copy of this work tree's policy; one a work tree, for branches differ. */
export function loadCompiled(repository: Repository, workTree: string): HashedPolicy | null {
  const name = `policy-${workTree}.json`
  const stored = load(repository, name, isHashedPolicy(COMPILED_VERSION)) as HashedPolicy | null
  return stored?.compiled.version === COMPILED_VERSION ? stored : null
}

export const saveCompiled = (repository: Repository, workTree: string, policy: HashedPolicy): void =>
  save(repository, `policy-${workTree}.json`, JSON.stringify(policy))

function load(repository: Repository, name: string, isWhole: (value: unknown) => boolean): unknown {
  const file = path.join(stateFolder(repository), name)
  const text = readTextIfPresent(file)
  if (text === null) return null
  const value = parsed(file, text)
  if (isWhole(value)) return value
  throw damaged(file)
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw damaged(file, cause)
  }
}

/** Only a person may throw trust away: what is gone is trusted anew, as on the first unlock. */
const damaged = (file: string, cause?: unknown): GitwardError =>
  new GitwardError('CONFIG', `${file} is damaged`, { hint: `rm ${quoted(file)} && gitward unlock`, cause })

function save(repository: Repository, name: string, text: string): void {
  makePrivateFolder(stateFolder(repository))
  writeAtomic(path.join(stateFolder(repository), name), text, { mode: FOLDER_MODE_FILE, durable: true })
}

/** Runs `work` while no other gitward changes keyring, pins or work tree. A lock whose owner is gone is taken over. */
export async function withLock<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  makePrivateFolder(stateFolder(repository))
  const file = path.join(stateFolder(repository), 'lock')
  takeLock(file)
  try {
    clearScratch(repository)
    return await work()
  } finally {
    clearScratch(repository)
    rmSync(file, { force: true })
  }
}

/**
 * A folder for files that are about to be renamed into the work tree: whatever a crash leaves is private, out
 * of `git add`'s reach, and gone with the next command that takes the lock.
 */
export function scratchFolder(repository: Repository): string {
  const folder = path.join(stateFolder(repository), 'scratch')
  makePrivateFolder(folder)
  return folder
}

const clearScratch = (repository: Repository): void =>
  rmSync(path.join(stateFolder(repository), 'scratch'), { recursive: true, force: true })

function takeLock(file: string): void {
  if (tryLock(file)) return
  const owner = ownerOf(file)
  if (owner > 0 && isRunning(owner)) {
    throw new GitwardError('IO', `another gitward (process ${owner}) is working in this repository`, {
      hint: `ps -p ${owner}`,
    })
  }
  removeStaleLock(file, owner)
  if (!tryLock(file))
    throw new GitwardError('IO', 'another gitward is working in this repository', { hint: 'gitward status' })
}

const ownerOf = (file: string): number => Number(readTextIfPresent(file) ?? 0)

/** The lock appears with its owner's number in it: nobody ever reads half of one. */
function tryLock(file: string): boolean {
  const own = `${file}-${process.pid}`
  try {
    writeFileSync(own, String(process.pid), { mode: FOLDER_MODE_FILE })
    linkOrCopy(own, file)
    return true
  } catch (error) {
    if (errno(error) === 'EEXIST') return false
    throw new GitwardError('IO', `cannot lock ${file}: ${errno(error) ?? 'unknown error'}`, {
      hint: `ls -ld ${path.dirname(file)}`,
      cause: error,
    })
  } finally {
    rmSync(own, { force: true })
  }
}

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
function removeStaleLock(file: string, owner: number): void {
  const aside = `${file}-${process.pid}`
  try {
    renameSync(file, aside)
    if (ownerOf(aside) !== owner) linkOrCopy(aside, file)
  } catch (error) {
    if (errno(error) !== 'ENOENT' && errno(error) !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errno(error) === 'EPERM'
  }
}
