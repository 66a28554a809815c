import { relative, resolve, sep } from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { errno, GitwardError } from '../../core/errors.ts'
import { gitPathOf, type GitPath } from '../../core/path.ts'
import { isInside } from '../../git/repository.ts'
import { serveFilter, type FilterRequest } from '../../git/filter-protocol.ts'
import { clean } from './clean.ts'
import { startSession, type FilterEffects, type FilterSession } from './session.ts'
import { smudge } from './smudge.ts'

/** Serves one git command: every file of it, in one process (filter.gitward.process). */
export async function filterProcess(effects: FilterEffects): Promise<void> {
  const session = startSession(effects)
  await serveFilter(0, 1, request => answer(session, effects, request))
  session.end()
}

/** Null makes git refuse the file. Only clean may: a failing smudge would break clone and pull. */
async function answer(
  session: FilterSession,
  { warn }: FilterEffects,
  request: FilterRequest,
): Promise<Bytes | null> {
  const { command, path, treeish, content } = request
  try {
    return await (command === 'clean'
      ? clean(session, path, content)
      : smudge(session, path, content, treeish))
  } catch (error) {
    tellError(error, warn)
    return command === 'clean' ? null : content
  }
}

/** Says what went wrong and what helps. @returns the error, for its exit code. */
export function tellError(error: unknown, warn: FilterEffects['warn']): GitwardError {
  const known = asError(error)
  const { message, hint } = known
  warn(hint === undefined ? message : `${message}\n  try: ${hint}`)
  return known
}

/** Anything else that is thrown is a bug of ours: its message could hold anything, so only its kind is told. */
function asError(error: unknown): GitwardError {
  if (error instanceof GitwardError) return error
  const kind = errno(error) ?? (error instanceof Error ? error.name : 'unknown error')
  return new GitwardError('IO', `the filter stopped on an unexpected ${kind}`, { hint: 'gitward doctor' })
}

/** One file, for people who look into what the filter does. */
export async function filterOnce(
  command: 'clean' | 'smudge',
  file: string,
  content: Bytes,
  effects: FilterEffects,
): Promise<Bytes> {
  const session = startSession(effects)
  const inside = inRepository(session, effects.cwd, file)
  const filtered = await (command === 'clean'
    ? clean(session, inside, content)
    : smudge(session, inside, content, null))
  session.end()
  return filtered
}

/** The path as git and the policy spell it, from one that a person typed. @throws {GitwardError} USAGE outside. */
function inRepository({ repository }: FilterSession, cwd: string, file: string): GitPath {
  const absolute = resolve(cwd, file)
  if (absolute !== repository.top && isInside(repository.top, absolute))
    return gitPathOf(relative(repository.top, absolute).split(sep).join('/'))
  throw new GitwardError('USAGE', `${file} is no file of this repository`, { hint: 'gitward status' })
}
