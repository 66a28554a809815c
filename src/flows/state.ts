import { rmSync } from 'node:fs'
import path from 'node:path'
import { GitwardError } from '../core/errors.ts'
import { quoted } from '../core/shell-word.ts'
import type { Repository } from '../git/repository.ts'
import { formatKeyring, parseKeyring, type Keyring } from '../keys/keyring.ts'
import type { Pins } from '../keys/pins.ts'
import { COMPILED_VERSION, type CompiledPolicy } from '../policy/policy.ts'
import { makePrivateFolder, readTextIfPresent, writeAtomic } from './disk.ts'
import { clearLeftovers, withLockFile } from './lock-file.ts'
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
  const folder = stateFolder(repository)
  makePrivateFolder(folder)
  const scratch = scratchOf(repository)
  const clearScratch = () => rmSync(scratch, { recursive: true, force: true })
  return withLockFile(lockFile(repository), { place: 'in this repository', also: [scratch] }, async () => {
    clearLeftovers(folder)
    clearScratch()
    try {
      return await work()
    } finally {
      clearScratch()
    }
  })
}

const lockFile = (repository: Repository): string => path.join(stateFolder(repository), 'lock')
const scratchOf = (repository: Repository): string => path.join(stateFolder(repository), 'scratch')

/**
 * A folder for files that are about to be renamed into the work tree: whatever a crash leaves is private, out
 * of `git add`'s reach, and gone with the next command that takes the lock.
 */
export function scratchFolder(repository: Repository): string {
  const folder = scratchOf(repository)
  makePrivateFolder(folder)
  return folder
}

/** Replaces a file of the work tree by way of the scratch folder; only while the lock is held. */
export const writeTracked = (repository: Repository, file: string, text: Uint8Array | string): void =>
  writeAtomic(path.join(repository.top, file), text, { scratch: scratchFolder(repository) })
