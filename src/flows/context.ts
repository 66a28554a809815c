import type { Launcher } from '../git/config.ts'
import { findHistory, findRepository, findRepositoryFast, type Repository } from '../git/repository.ts'
import type { Environment } from '../keys/sources/source.ts'

/** What a use case needs of the world, made once by the command line. */
export interface Context {
  readonly repository: Repository
  readonly env: Environment
  readonly launcher: Launcher
  /** Prints one line to standard error. */
  readonly warn: (message: string) => void
}

/** The same outside any repository. */
export type Surroundings = Omit<Context, 'repository'> & {
  readonly cwd: string
  /** The script of model threads. */
  readonly worker: string
}

/** @throws {GitwardError} GIT outside a repository. */
export function inRepository({ cwd, ...rest }: Surroundings): Context {
  return { ...rest, repository: findRepository(cwd) }
}

/** The same, and fast at the root of a work tree, where git starts hooks. */
export function inRepositoryFast({ cwd, ...rest }: Surroundings): Context {
  return { ...rest, repository: findRepositoryFast(cwd, rest.env) }
}

/** The same where only history counts, bare repositories included. @throws {GitwardError} GIT outside a repository. */
export function inHistory({ cwd, ...rest }: Surroundings): Context {
  return { ...rest, repository: findHistory(cwd) }
}
