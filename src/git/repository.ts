import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { GitwardError, hasCode } from '../core/errors.ts'
import { git, gitLine, isOwnerRefused, ownerRefused } from './run.ts'

/** Where a repository lives on this machine. All paths are absolute. */
export interface Repository {
  /** Root of the work tree. */
  readonly top: string
  /** This work tree's own git folder. */
  readonly gitDir: string
  /** The git folder that linked work trees share. */
  readonly commonDir: string
}

/**
 * Finds the repository around `cwd` by asking git.
 * @throws {GitwardError} GIT outside a work tree, in a bare repository, or if git refuses the folder's owner.
 */
export function findRepository(cwd: string): Repository {
  const asked = git(
    ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-dir', '--git-common-dir'],
    {
      cwd,
      answers: [128],
    },
  )
  if (asked.status !== 0) throw noRepository(asked.stderr)
  const [top, gitDir, commonDir] = asked.stdout.toString().split('\n')
  return { top: top!, gitDir: gitDir!, commonDir: commonDir! }
}

/** Every work tree of the repository that is there now, this one included. */
export function workTreesOf({ top }: Repository): Repository[] {
  return git(['worktree', 'list', '--porcelain', '-z'], { cwd: top })
    .stdout.toString()
    .split('\0\0')
    .flatMap(record => /^worktree ([^\0]+)/.exec(record)?.[1] ?? [])
    .filter(folder => existsSync(path.join(folder, '.git')))
    .map(findRepository)
}

/**
 * The same where no work tree is needed, as in a bare repository or in a hook of a push: `top` is the git folder
 * then.
 * @throws {GitwardError} GIT outside a repository, or if git refuses the folder's owner.
 */
export function findHistory(cwd: string): Repository {
  const asked = git(
    ['rev-parse', '--path-format=absolute', '--git-dir', '--git-common-dir', '--show-toplevel'],
    { cwd, answers: [128] },
  )
  const [gitDir, commonDir, top] = asked.stdout.toString().split('\n')
  if (!gitDir || !commonDir) throw noRepository(asked.stderr)
  return { top: top || gitDir, gitDir, commonDir }
}

function noRepository(stderr: string): GitwardError {
  if (isOwnerRefused(stderr)) return ownerRefused()
  if (stderr.includes('must be run in a work tree')) {
    return new GitwardError('GIT', 'this is a bare repository: it has no work tree', {
      hint: 'git clone . ../worktree',
    })
  }
  return new GitwardError('GIT', NO_REPOSITORY, { hint: 'git init' })
}

const NO_REPOSITORY = 'this is not a git repository'

/** True if `findRepository` found none: it threw for neither a bare repository nor its owner. */
export const isNoRepository = (error: unknown): error is GitwardError =>
  hasCode(error, 'GIT') && error.message === NO_REPOSITORY

/**
 * The same for a filter, which git starts at the root of the work tree: reads two small files instead of
 * starting git. Falls back to asking.
 */
export function findRepositoryFast(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Repository {
  const gitDir = env['GIT_DIR'] ? path.resolve(cwd, env['GIT_DIR']) : gitDirAt(cwd)
  const isPlain = !env['GIT_COMMON_DIR'] && !env['GIT_WORK_TREE']
  if (!gitDir || !isPlain || !existsSync(path.join(gitDir, 'HEAD'))) return findRepository(cwd)
  const commonFile = path.join(gitDir, 'commondir')
  const commonDir = existsSync(commonFile)
    ? path.resolve(gitDir, readFileSync(commonFile, 'utf8').trim())
    : gitDir
  return { top: cwd, gitDir, commonDir }
}

function gitDirAt(top: string): string | null {
  const dot = path.join(top, '.git')
  const stat = statSync(dot, { throwIfNoEntry: false })
  if (!stat) return null
  if (stat.isDirectory()) return dot
  const link = /^gitdir: (.+?)\n?$/.exec(readFileSync(dot, 'utf8'))
  return link ? path.resolve(top, link[1]!) : null
}

/** The branch this work tree is on; null when HEAD is detached. */
export function currentBranch({ gitDir, top }: Repository): string | null {
  const head = readFileSync(path.join(gitDir, 'HEAD'), 'utf8')
  const branch = /^ref: refs\/heads\/(.+)\n$/.exec(head)?.[1] ?? null
  // reftable repositories keep a placeholder in HEAD
  return branch === '.invalid' ? gitLine(['symbolic-ref', '-q', '--short', 'HEAD'], { cwd: top }) : branch
}

/** A name of this work tree among those that share the common folder. */
export const workTreeName = ({ gitDir, commonDir }: Repository): string =>
  gitDir === commonDir ? 'main' : `linked-${path.basename(gitDir)}`

/** True for the folder itself, too. */
export const isInside = (folder: string, file: string): boolean => {
  const relative = path.relative(folder, file)
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}
