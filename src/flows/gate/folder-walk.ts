import { lstatSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs'
import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { errno, GitwardError } from '../../core/errors.ts'
import { gitPath, type GitPath } from '../../core/path.ts'

/** A file of the disk, or why it was not read. */
export type Walked = { readonly name: GitPath } & (
  | { readonly bytes: Bytes }
  | { readonly unreadable: string }
)

const MAX_FILE_BYTES = 512 * 1024 * 1024
/** git's own folder is no content; what a package manager put there is named, and can be asked for. */
const GIT_FOLDER = '.git'
const NEVER_ENTERED = new Set(['node_modules'])

/**
 * Every file at and below `place`, which is followed if it is a link itself; no other link is, so that loops end. Names
 * are relative to `cwd`, and bytes: a disk may hold any. Devices and pipes are never opened: reading one may never end.
 * @throws {GitwardError} IO if nothing is there.
 */
export function* filesBelow(cwd: string, place: string): Generator<Walked> {
  const file = Buffer.from(path.resolve(cwd, place))
  const name = path.relative(cwd, path.resolve(cwd, place)) || '.'
  yield* walk(file, Buffer.from(name), statOf(file, statSync, name))
}

function* walk(file: Buffer, name: Buffer, stat: Stats | string): Generator<Walked> {
  const shownAs = gitPath(name)
  if (typeof stat === 'string') yield { name: shownAs, unreadable: stat }
  else if (stat.isSymbolicLink()) yield { name: shownAs, unreadable: 'symbolic link' }
  else if (stat.isDirectory()) yield* walkFolder(file, name)
  else if (!stat.isFile()) yield { name: shownAs, unreadable: 'no regular file' }
  else if (stat.size > MAX_FILE_BYTES) yield { name: shownAs, unreadable: 'larger than 512 MiB' }
  else yield { name: shownAs, ...contentOf(file) }
}

function* walkFolder(folder: Buffer, name: Buffer): Generator<Walked> {
  const children = namesIn(folder)
  if (typeof children === 'string') {
    yield { name: gitPath(name), unreadable: children }
    return
  }
  for (const child of children.filter(each => each.toString() !== GIT_FOLDER)) {
    const childName = name.toString() === '.' ? child : joined(name, child)
    const file = joined(folder, child)
    if (!NEVER_ENTERED.has(child.toString())) yield* walk(file, childName, statOf(file, lstatSync, null))
    else yield { name: gitPath(childName), unreadable: 'not entered unless named' }
  }
}

const joined = (folder: Buffer, child: Buffer): Buffer => Buffer.concat([folder, Buffer.from('/'), child])

/** `named` is how the user called it: only what nobody named may vanish. */
function statOf(file: Buffer, look: (file: Buffer) => Stats, named: string | null): Stats | string {
  try {
    return look(file)
  } catch (cause) {
    const isGone = errno(cause) === 'ENOENT' || errno(cause) === 'ENOTDIR'
    if (named !== null && isGone) throw new GitwardError('IO', `there is no ${named}`, { hint: 'ls', cause })
    return reason(cause)
  }
}

function namesIn(folder: Buffer): Buffer[] | string {
  try {
    return readdirSync(folder, { encoding: 'buffer' }).sort((a, b) => a.compare(b))
  } catch (cause) {
    return reason(cause)
  }
}

function contentOf(file: Buffer): { readonly bytes: Bytes } | { readonly unreadable: string } {
  try {
    return { bytes: readFileSync(file) }
  } catch (cause) {
    return { unreadable: reason(cause) }
  }
}

function reason(cause: unknown): string {
  const code = errno(cause)
  if (code === undefined) throw cause
  return `cannot be read: ${code}`
}
