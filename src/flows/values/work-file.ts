import { statSync } from 'node:fs'
import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { gitPathOf, type GitPath } from '../../core/path.ts'
import { shellWord } from '../../core/shell-word.ts'
import type { FormatName } from '../../formats/format.ts'
import { formatNameOf } from '../../formats/table.ts'
import { fetchFromLfs } from '../../git/lfs.ts'
import { parseLfsPointer } from '../../git/lfs-pointer.ts'
import { findRepository } from '../../git/repository.ts'
import { isInLfs, protectionOf, type Protection } from '../../policy/policy.ts'
import { followed, readInput } from '../disk.ts'
import { FilterSession, type FilterEffects } from '../filter/session.ts'
import type { Keys } from '../filter/smudge-values.ts'
import { splitAddress, type Address } from './address.ts'

/** Bytes, where they stand, and what may open there. */
export interface PlacedBytes {
  /** As errors name it. */
  readonly name: string
  readonly bytes: Bytes
  /** Null for a file whose values cannot be told apart. */
  readonly format: FormatName | null
  /** Null outside any repository: nothing opens there. */
  readonly keys: Keys | null
  /** What the policy asks for at this path; null if it is not protected. */
  readonly protection: Protection | null
}

/** A file of a work tree, or any other. */
export interface WorkFile extends PlacedBytes {
  /** Absolute, links followed. */
  readonly file: string
  /** Inside the repository. */
  readonly path: GitPath
  readonly session: FilterSession | null
}

/**
 * Reads a file, with the policy and the keys of the repository that it lies in.
 * @throws {GitwardError} IO if it cannot be read, CONFIG if the policy cannot.
 */
export async function workFile(effects: FilterEffects, name: string): Promise<WorkFile> {
  const file = followed(path.resolve(effects.cwd, name), name)
  const session = sessionAround(effects, file)
  const top = session?.repository.top ?? path.dirname(file)
  const inside = gitPathOf(path.relative(top, file).split(path.sep).join('/'))
  const policy = (await session?.policies.here()) ?? null // before any key: it says whose keys they are
  const protection = policy && protectionOf(policy.compiled, inside)
  const bytes = contentOf(readInput(file), name, session, protection)
  return { name, file, bytes, format: formatNameOf(inside), path: inside, session, keys: session, protection }
}

/** The envelope, where a git-lfs pointer stands for it. @throws {GitwardError} GIT if it cannot be had. */
function contentOf(
  bytes: Bytes,
  name: string,
  session: FilterSession | null,
  protection: Protection | null,
): Bytes {
  const pointer = session && isInLfs(protection) ? parseLfsPointer(bytes) : null
  if (!pointer) return bytes
  const object = fetchFromLfs(session!.repository, pointer)
  if (object) return object
  throw new GitwardError('GIT', `${name}: its content could not be had from git-lfs`, {
    hint: 'git lfs fetch',
  })
}

/** Splits `FILE[:POINTER]` by the files that there are. */
export const addressIn = (cwd: string, argument: string): Address =>
  splitAddress(
    argument,
    name => statSync(path.resolve(cwd, name), { throwIfNoEntry: false })?.isFile() ?? false,
  )

/** The same for a command that needs a value. @throws {GitwardError} USAGE without a pointer. */
export function valueAddressIn(cwd: string, argument: string, command: string) {
  const { file, pointer } = addressIn(cwd, argument)
  if (pointer !== null) return { file, pointer }
  throw new GitwardError('USAGE', `${command}: ${file} is a file: say which value`, {
    hint: `gitward ${command} ${shellWord(file)}:POINTER, where POINTER is a.b or /a/b`,
  })
}

function sessionAround(effects: FilterEffects, file: string): FilterSession | null {
  try {
    return new FilterSession(findRepository(path.dirname(file)), effects)
  } catch (error) {
    if (hasCode(error, 'GIT')) return null
    throw error
  }
}
