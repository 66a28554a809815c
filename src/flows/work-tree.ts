import { statSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Bytes } from '../core/bytes.ts'
import { sameBytes } from '../core/bytes.ts'
import { errno, hasCode, GitwardError } from '../core/errors.ts'
import { pathBytes, shown, type GitPath } from '../core/path.ts'
import { isEnvelope, recognise } from '../envelope/recognise.ts'
import { mayHoldTokens } from '../envelope/token.ts'
import { indexEntries, isRegularFile, type IndexEntry } from '../git/entries.ts'
import { isLfsPointer, lfsPointerTo, parseLfsPointer } from '../git/lfs-pointer.ts'
import { withBlobs } from '../git/objects.ts'
import { refreshEntries, staleEntries } from '../git/refresh.ts'
import type { Progress } from '../model/parallel.ts'
import { protectionOf } from '../policy/policy.ts'
import type { Context } from './context.ts'
import { cannotRead, readIfPresent, staysInside, writeAtomic } from './disk.ts'
import { clean } from './filter/clean.ts'
import { FilterSession } from './filter/session.ts'
import { smudge } from './filter/smudge.ts'
import { requirePolicy } from './policy-trust.ts'
import { scratchFolder } from './state.ts'

export interface Rewritten {
  readonly rewritten: number
  /** Files left alone because they hold local edits. */
  readonly refused: readonly GitPath[]
}

/** A protected file with what the index and the work tree hold. */
interface Protected {
  readonly entry: IndexEntry
  readonly file: Buffer
  readonly blob: Buffer
  readonly content: Buffer
}

/** Told how many bytes of the work tree are done. */
export type OnProgress = ((progress: Progress) => void) | undefined

/** Decrypts every protected file that stands encrypted in the work tree as the index has it. */
export async function openWorkTree(context: Context, onProgress?: OnProgress): Promise<Rewritten> {
  const session = sessionOf(context)
  const stale = staleEntries(inTop(context))
  const outcome = { rewritten: 0, refused: [] as GitPath[] }
  const settled: IndexEntry[] = []
  for await (const { entry, file, blob, content } of protectedFiles(context, 'open', onProgress)) {
    const isClosed = isEnvelope(recognise(content)) || isLfsPointer(content)
    const hasTokens = !isClosed && mayHoldTokens(content)
    if (isClosed && !isAsIndexed(content, blob)) {
      outcome.refused.push(entry.path)
      continue
    }
    if (!isClosed && !hasTokens && !stale.has(entry.path)) continue
    // tokens open one by one, among edits and all; an envelope only as the index has it
    const opened = await smudge(session, entry.path, hasTokens ? content : blob, null)
    const differs = !sameBytes(opened, content)
    if ((isClosed || hasTokens) && differs) {
      replace(context, file, entry.path, opened)
      outcome.rewritten++
    } else if (differs || !stale.has(entry.path)) continue
    settled.push(entry)
  }
  session.end()
  refreshEntries(settled, inTop(context))
  return outcome
}

/** @throws {GitwardError} DIRTY if a protected file holds edits that git does not have. */
export async function assertNoEdits(context: Context, onProgress?: OnProgress): Promise<void> {
  const session = quietSession(context)
  const edited: GitPath[] = []
  for await (const each of protectedFiles(context, 'hash', onProgress))
    if (!(await isUnchanged(session, each))) edited.push(each.entry.path)
  if (edited.length > 0) throw dirty(context, edited)
}

/**
 * Puts the index's ciphertext back into the work tree.
 * @throws {GitwardError} DIRTY at the first file that holds edits: somebody saved it a moment ago.
 */
export async function closeWorkTree(context: Context, onProgress?: OnProgress): Promise<Rewritten> {
  const session = quietSession(context)
  const stale = staleEntries(inTop(context))
  let rewritten = 0
  const settled: IndexEntry[] = []
  for await (const each of protectedFiles(context, 'seal', onProgress)) {
    const { entry, file, blob, content } = each
    if (!(await isUnchanged(session, each))) throw dirty(context, [entry.path])
    if (!sameBytes(content, blob)) {
      replace(context, file, entry.path, blob)
      rewritten++
    } else if (!stale.has(entry.path)) continue
    settled.push(entry)
  }
  refreshEntries(settled, inTop(context))
  return { rewritten, refused: [] }
}

/** What `git lfs pull` leaves is the envelope that the index points to. */
const isAsIndexed = (content: Bytes, blob: Bytes): boolean =>
  sameBytes(content, blob) || parseLfsPointer(blob)?.oid === lfsPointerTo(content).oid

const inTop = ({ repository }: Context) => ({ cwd: repository.top })

const sessionOf = (context: Context): FilterSession =>
  new FilterSession(context.repository, { ...context, cwd: context.repository.top })

const quietSession = (context: Context): FilterSession => sessionOf({ ...context, warn: () => {} })

/** True if the work tree's file is what the index holds, opened or not. */
async function isUnchanged(session: FilterSession, { entry, blob, content }: Protected): Promise<boolean> {
  if (sameBytes(content, blob)) return true
  try {
    return sameBytes(await clean(session, entry.path, content), blob)
  } catch (error) {
    if (error instanceof GitwardError && !hasCode(error, 'IO', 'GIT')) return false
    throw error
  }
}

async function* protectedFiles(
  context: Context,
  work: Progress['work'],
  onProgress: OnProgress = () => {},
): AsyncGenerator<Protected> {
  const { top } = context.repository
  const entries = await protectedEntries(context)
  const total = entries.reduce((sum, { path }) => sum + sizeOf(top, path), 0)
  let done = 0
  try {
    for (const [entry, blob] of withBlobs(entries, { cwd: top })) {
      await setImmediate() // signals
      const found = inWorkTree(top, entry)
      if (found) yield { entry, ...found, blob }
      done += found?.content.length ?? 0
      onProgress({ work, done: Math.min(done, total), total })
    }
  } finally {
    onProgress({ work, done: total, total })
  }
}

async function protectedEntries(context: Context): Promise<IndexEntry[]> {
  const policy = await requirePolicy(context)
  return indexEntries({ cwd: context.repository.top }).filter(
    entry => entry.stage === 0 && isRegularFile(entry) && protectionOf(policy.compiled, entry.path) !== null,
  )
}

const fileOf = (top: string, path: GitPath): Buffer =>
  Buffer.concat([Buffer.from(`${top}/`), Buffer.from(pathBytes(path))])

/** Bytes; 0 where no regular file is. */
const sizeOf = (top: string, path: GitPath): number => statInside(top, path)?.size ?? 0

/** Null where nothing but a folder, a link to nowhere or the way out of `top` is. */
function statInside(top: string, path: GitPath): Stats | null {
  if (!staysInside(top, Buffer.from(pathBytes(path)))) return null
  try {
    const stat = statSync(fileOf(top, path))
    return stat.isFile() ? stat : null
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errno(error) ?? '')) return null
    throw cannotRead(shown(path), error)
  }
}

/** The file of an index entry; null where it is absent (sparse checkouts, deletions) or no regular file. */
function inWorkTree(top: string, { path }: IndexEntry): { file: Buffer; content: Buffer } | null {
  if (!statInside(top, path)) return null
  const file = fileOf(top, path)
  const content = readIfPresent(file)
  return content && { file, content }
}

function replace({ repository }: Context, file: Buffer, path: GitPath, bytes: Bytes): void {
  try {
    writeAtomic(file, bytes, { scratch: scratchFolder(repository) })
  } catch (cause) {
    throw new GitwardError('IO', `${shown(path)}: cannot be rewritten in ${repository.top}`, {
      hint: 'gitward unlock',
      cause,
    })
  }
}

function dirty({ repository: { top } }: Context, paths: readonly GitPath[]): GitwardError {
  const named = paths.slice(0, 5).map(shown).join(', ')
  const more = paths.length > 5 ? ` and ${paths.length - 5} more` : ''
  const why = `protected files have changes that are not staged: ${named}${more}`
  return new GitwardError('DIRTY', `${top}: ${why}`, { hint: 'git add or git stash them first' })
}
