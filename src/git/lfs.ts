import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { lfsPointerBytes, lfsPointerTo, parseLfsPointer, type LfsPointer } from './lfs-pointer.ts'
import { gitLine, git, type GitOptions } from './run.ts'
import type { Repository } from './repository.ts'
import { readSome } from './streams.ts'

/** Enough of an object to see what it is. */
const START_BYTES = 4096

/** git-lfs's name and version; null if it is not installed. */
export const lfsVersion = (options: GitOptions): string | null => gitLine(['lfs', 'version'], options)

/** @throws {GitwardError} GIT. */
export function assertLfs(options: GitOptions): void {
  if (lfsVersion(options) !== null) return
  throw new GitwardError('GIT', 'git-lfs is not installed, and the policy keeps files in it', {
    hint: 'install git-lfs (https://git-lfs.com), then git lfs install',
  })
}

/** The content behind a pointer, downloaded if need be; null if it cannot be had, or is not what the pointer names. */
export function fetchFromLfs(repository: Repository, pointer: LfsPointer): Buffer | null {
  if (!isStored(repository, pointer)) download(repository, pointer)
  return storedObject(repository, pointer)
}

/** The content behind a pointer, if this clone has it. */
export function storedObject(repository: Repository, pointer: LfsPointer): Buffer | null {
  if (!isStored(repository, pointer)) return null
  const content = readFileSync(objectFile(repository, pointer))
  return lfsPointerTo(content).oid === pointer.oid ? content : null
}

/** The first bytes behind a pointer that this clone has the content of; any other blob as it is. */
export function startBehind(repository: Repository, blob: Bytes): Bytes {
  const pointer = parseLfsPointer(blob)
  if (!pointer || !isStored(repository, pointer)) return blob
  const fd = openSync(objectFile(repository, pointer), 'r')
  try {
    const start = Buffer.alloc(Math.min(START_BYTES, pointer.size))
    return start.subarray(0, readSome(fd, start, 0))
  } finally {
    closeSync(fd)
  }
}

/** Installs the hooks by which git-lfs uploads. False if a hook of somebody else is in the way. */
export const updateLfsHooks = (options: GitOptions): boolean =>
  git(['lfs', 'update'], { ...options, answers: [1, 2] }).status === 0

/** True if this clone has the content, going by its size as git-lfs does. */
export function isStored(repository: Repository, pointer: LfsPointer): boolean {
  return statSync(objectFile(repository, pointer), { throwIfNoEntry: false })?.size === pointer.size
}

/** Its output stands in the store afterwards; whatever goes wrong shows by its absence there. */
function download({ top }: Repository, pointer: LfsPointer): void {
  git(['lfs', 'smudge'], { cwd: top, input: lfsPointerBytes(pointer), discard: true, answers: [1, 2] })
}

/** Where git-lfs keeps the content behind a pointer in this clone. */
export function objectFile(repository: Repository, { oid }: LfsPointer): string {
  return path.join(storeFolder(repository), 'objects', oid.slice(0, 2), oid.slice(2, 4), oid)
}

const storeFolders = new Map<string, string>()

/** `lfs.storage` counts from the git folder. */
function storeFolder({ top, commonDir }: Repository): string {
  const known = storeFolders.get(commonDir)
  if (known !== undefined) return known
  const folder = path.resolve(commonDir, gitLine(['config', '--path', 'lfs.storage'], { cwd: top }) ?? 'lfs')
  storeFolders.set(commonDir, folder)
  return folder
}
