import { readdirSync } from 'node:fs'
import path from 'node:path'
import { decodeUtf8, type Bytes } from '../core/bytes.ts'
import { errno, GitwardError } from '../core/errors.ts'
import { indexEntries, treeEntries } from '../git/entries.ts'
import { readBlob } from '../git/objects.ts'
import type { Repository } from '../git/repository.ts'
import { isScopeName, parseEpochFileName } from '../keys/epoch.ts'
import { readIfPresent } from './disk.ts'
import { epochFolder, KEYS_FOLDER } from './names.ts'

/** One epoch file by its name alone: all of it is public. */
export interface EpochFile {
  readonly scope: string
  readonly epoch: number
  readonly kid: Bytes
  /** Inside the repository. */
  readonly path: string
}

/** A file of ours: from the work tree, else the index, else HEAD (sparse checkouts lack it in the work tree). */
export function readTracked(repository: Repository, relative: string): Buffer | null {
  const options = { cwd: repository.top }
  return (
    readIfPresent(path.join(repository.top, relative)) ??
    readBlob(`:${relative}`, options) ??
    readBlob(`HEAD:${relative}`, options)
  )
}

/** The same as text. @throws {GitwardError} CONFIG if it is not UTF-8. */
export function readTrackedText(repository: Repository, relative: string): string | null {
  const bytes = readTracked(repository, relative)
  return bytes && textOf(bytes, relative)
}

/** @throws {GitwardError} CONFIG if a file of ours is not UTF-8. */
export function textOf(bytes: Bytes, relative: string): string {
  const text = decodeUtf8(bytes)
  if (text !== null) return text
  throw new GitwardError('CONFIG', `${relative} is not UTF-8 text`, { hint: `git log -p -- ${relative}` })
}

/** Every epoch file of the work tree, else the index, else HEAD. */
export function epochFiles(repository: Repository): EpochFile[] {
  const inWorkTree = workTreeEpochFiles(repository.top)
  if (inWorkTree.length > 0) return inWorkTree
  const options = { cwd: repository.top }
  const inIndex = epochFilesAmong(indexEntries(options).map(entry => entry.path))
  return inIndex.length > 0 ? inIndex : epochFilesAmong(treeEntries('HEAD', options).map(entry => entry.path))
}

/** @throws {GitwardError} MALFORMED if one kid stands under two scopes: nobody could tell which it is. */
export function assertKidsUnique(files: readonly EpochFile[]): void {
  const scopes = new Map<string, string>()
  for (const { kid, scope } of files) {
    const other = scopes.get(kid.join())
    if (other !== undefined && other !== scope) {
      throw new GitwardError('MALFORMED', `one key stands under two scopes, ${other} and ${scope}`, {
        hint: `git log -p -- ${KEYS_FOLDER}`,
      })
    }
    scopes.set(kid.join(), scope)
  }
}

function workTreeEpochFiles(top: string): EpochFile[] {
  return namesIn(path.join(top, KEYS_FOLDER)).flatMap(scope =>
    epochFilesAmong(namesIn(path.join(top, epochFolder(scope))).map(name => `${epochFolder(scope)}/${name}`)),
  )
}

export function epochFilesAmong(paths: readonly string[]): EpochFile[] {
  return paths.flatMap(each => {
    const [, scope, name] = /^\.gitward\/keys\/([^/]+)\/([^/]+)$/.exec(each) ?? []
    const parsed = name === undefined ? null : parseEpochFileName(name)
    return parsed && scope !== undefined && isScopeName(scope) ? [{ scope, ...parsed, path: each }] : []
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return []
    throw error
  }
}
