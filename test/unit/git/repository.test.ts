import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  currentBranch,
  findRepository,
  findRepositoryFast,
  workTreeName,
} from '../../../src/git/repository.ts'
import { commit, git, repository, scratch } from './support/repositories.ts'

/** What the fast way finds, having checked that git says the same. */
function found(cwd: string, env: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  onTestFinished(() => void vi.unstubAllEnvs())
  const asked = findRepository(cwd)
  expect(findRepositoryFast(cwd, env)).toEqual(asked)
  return asked
}

describe('findRepositoryFast finds what git finds', () => {
  it('in a plain repository', () => {
    const top = repository(scratch())
    const gitDir = path.join(top, '.git')
    expect(found(top)).toEqual({ top, gitDir, commonDir: gitDir })
  })

  it('in a subfolder', () => {
    const top = repository(scratch())
    const below = path.join(top, 'a/b')
    mkdirSync(below, { recursive: true })
    expect(found(below).top).toBe(top)
  })

  it('in a linked work tree', () => {
    const top = repository(path.join(scratch(), 'main'))
    commit(top, { a: 'a' })
    git(top, ['worktree', 'add', '-q', '-b', 'side', '../linked tree'])
    const linked = path.join(path.dirname(top), 'linked tree')
    expect(found(linked)).toEqual({
      top: linked,
      gitDir: path.join(top, '.git/worktrees/linked-tree'),
      commonDir: path.join(top, '.git'),
    })
  })

  it('in a submodule', () => {
    const folder = scratch()
    const library = repository(path.join(folder, 'library'))
    commit(library, { a: 'a' })
    const top = repository(path.join(folder, 'top'))
    git(top, ['submodule', '--quiet', 'add', library, 'lib'])
    const gitDir = path.join(top, '.git/modules/lib')
    expect(found(path.join(top, 'lib'))).toEqual({ top: path.join(top, 'lib'), gitDir, commonDir: gitDir })
  })

  it('in a linked work tree of a submodule', () => {
    const folder = scratch()
    const library = repository(path.join(folder, 'library'))
    commit(library, { a: 'a' })
    const top = repository(path.join(folder, 'top'))
    git(top, ['submodule', '--quiet', 'add', library, 'lib'])
    git(path.join(top, 'lib'), ['worktree', 'add', '-q', path.join(folder, 'linked')])
    expect(found(path.join(folder, 'linked')).commonDir).toBe(path.join(top, '.git/modules/lib'))
  })

  it('with --separate-git-dir', () => {
    const folder = scratch()
    const top = repository(path.join(folder, 'tree'), `--separate-git-dir=${path.join(folder, 'elsewhere')}`)
    expect(found(top)).toEqual({
      top,
      gitDir: path.join(folder, 'elsewhere'),
      commonDir: path.join(folder, 'elsewhere'),
    })
  })

  it('with GIT_DIR, absolute or relative', () => {
    const folder = scratch()
    const top = repository(path.join(folder, 'tree'), `--separate-git-dir=${path.join(folder, 'elsewhere')}`)
    expect(found(top, { GIT_DIR: path.join(folder, 'elsewhere') }).top).toBe(top)
    expect(found(top, { GIT_DIR: '../elsewhere' }).gitDir).toBe(path.join(folder, 'elsewhere'))
  })

  it('with GIT_DIR and GIT_WORK_TREE', () => {
    const folder = scratch()
    const top = repository(path.join(folder, 'tree'))
    const env = { GIT_DIR: path.join(top, '.git'), GIT_WORK_TREE: top }
    expect(found(top, env).top).toBe(top)
    mkdirSync(path.join(top, 'below'))
    expect(found(path.join(top, 'below'), env).top).toBe(top)
  })

  it('with GIT_DIR and GIT_COMMON_DIR', () => {
    const top = repository(path.join(scratch(), 'main'))
    commit(top, { a: 'a' })
    git(top, ['worktree', 'add', '-q', '../linked'])
    const linked = path.join(top, '../linked')
    const env = { GIT_DIR: path.join(top, '.git/worktrees/linked'), GIT_COMMON_DIR: path.join(top, '.git') }
    expect(found(linked, env).commonDir).toBe(path.join(top, '.git'))
  })

  it('with core.worktree elsewhere', () => {
    const folder = scratch()
    const top = repository(path.join(folder, 'tree'))
    mkdirSync(path.join(folder, 'files'))
    git(top, ['config', 'core.worktree', path.join(folder, 'files')])
    expect(findRepository(top).top).toBe(path.join(folder, 'files'))
  })

  it('through a symlink, as the system names the folder', () => {
    const folder = scratch()
    const top = repository(path.join(folder, 'real'))
    symlinkSync(top, path.join(folder, 'link'))
    expect(findRepository(path.join(folder, 'link')).top).toBe(top)
  })
})

describe('findRepository says why there is none', () => {
  const thrown = (message: string, hint: string) =>
    expect.objectContaining({ code: 'GIT', exitCode: 5, message, hint })

  it('outside a repository', () => {
    const folder = scratch()
    expect(() => findRepository(folder)).toThrow(thrown('this is not a git repository', 'git init'))
    expect(() => findRepositoryFast(folder, {})).toThrow(thrown('this is not a git repository', 'git init'))
  })

  it('in a bare repository', () => {
    const bare = repository(scratch(), '--bare')
    expect(() => findRepository(bare)).toThrow(
      thrown('this is a bare repository: it has no work tree', 'git clone . ../worktree'),
    )
  })

  it('inside the git folder', () => {
    const top = repository(scratch())
    expect(() => findRepository(path.join(top, '.git'))).toThrow(expect.objectContaining({ code: 'GIT' }))
  })
})

describe('currentBranch', () => {
  it('is the branch, before the first commit too, and null on a detached HEAD', () => {
    const top = repository(scratch())
    const here = () => currentBranch(findRepository(top))
    expect(here()).toBe('main')
    commit(top, { a: 'a' })
    git(top, ['checkout', '-q', '-b', 'feature/ünïcode'])
    expect(here()).toBe('feature/ünïcode')
    git(top, ['checkout', '-q', '--detach'])
    expect(here()).toBeNull()
  })

  it('is each linked work tree’s own', () => {
    const top = repository(path.join(scratch(), 'main'))
    commit(top, { a: 'a' })
    git(top, ['worktree', 'add', '-q', '-b', 'side', '../linked'])
    const linked = findRepository(path.join(top, '../linked'))
    expect(currentBranch(linked)).toBe('side')
    expect([workTreeName(findRepository(top)), workTreeName(linked)]).toEqual(['main', 'linked-linked'])
  })
})
