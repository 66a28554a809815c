import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { SECRET, sharedTeam, teamClone } from './support/team.ts'
import {
  blob,
  isFileEnvelope,
  leaks,
  newWorld,
  protectedRepository,
  read,
  secretOf,
  write,
} from './support/world.ts'

describe('where node and gitward are', () => {
  const gitOnly = (home: string): string => {
    const folder = path.join(home, 'git only')
    mkdirSync(folder)
    symlinkSync('/usr/bin/git', path.join(folder, 'git'))
    return folder
  }

  it('does not matter to git: the filter is started by absolute paths', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    const env = { PATH: gitOnly(alice.home) }
    write(repository, 'secrets/b', 'secret without a path\n')
    alice.run(repository, 'git', ['add', '-A'], { env })
    expect(isFileEnvelope(blob(alice, repository, ':secrets/b'))).toBe(true)
    rmSync(path.join(repository, 'secrets'), { recursive: true })
    alice.run(repository, 'git', ['checkout', '--', '.'], { env })
    expect(read(repository, 'secrets/b').toString()).toBe('secret without a path\n')
    alice.run(repository, 'git', ['config', '--unset', 'filter.gitward.process'], { env })
    forgetStat(alice, repository)
    expect(alice.run(repository, 'git', ['status', '--porcelain'], { env }).stdout).toBe('A  secrets/b\n')
  })

  it('matters only where they moved: then PATH is asked, and without it nothing passes', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    for (const name of ['process', 'clean', 'smudge']) {
      const command = alice.git(repository, 'config', `filter.gitward.${name}`).stdout.trim()
      alice.git(repository, 'config', `filter.gitward.${name}`, command.replaceAll('filter.cjs', 'gone.js'))
    }
    write(repository, 'secrets/b', 'secret after a move\n')
    const refused = alice.run(repository, 'git', ['add', '-A'], {
      env: { PATH: gitOnly(alice.home) },
      mayFail: true,
    })
    expect(refused.status).toBe(128)
    expect(refused.stderr).toMatch(/gitward: not found/)
    alice.git(repository, 'add', '-A')
    expect(isFileEnvelope(blob(alice, repository, ':secrets/b'))).toBe(true)
    expect(leaks(alice, repository, ['secret after a move'])).toEqual([])
  })
})

describe('a linked work tree', () => {
  const team = sharedTeam()

  it('shares keys and trust, and locks alone', () => {
    const { alice } = team
    const main = teamClone(alice, team.hub(), 'main')
    const linked = `${main} linked`
    alice.git(main, 'worktree', 'add', '-q', linked, 'feature')
    expect(read(linked, 'secrets/a').toString()).toBe(`${SECRET} feature in secrets/a\n`)
    write(linked, 'secrets/new', `${SECRET} linked work tree\n`)
    alice.commit(linked)
    expect(changes(alice, linked)).toBe('')
    alice.gitward(linked, 'lock')
    expect(isFileEnvelope(read(linked, 'secrets/a'))).toBe(true)
    expect(changes(alice, linked)).toBe('')
    alice.gitward(linked, 'unlock')
    expect(read(linked, 'secrets/new').toString()).toBe(`${SECRET} linked work tree\n`)
    expect(changes(alice, linked)).toBe('')
    expect(leaks(alice, main, [SECRET])).toEqual([])
  })

  it('on a branch from before gitward refuses plaintext as the main one does', () => {
    const { alice } = team
    const main = teamClone(alice, team.hub(), 'main of before')
    const linked = `${main} linked`
    alice.git(main, 'worktree', 'add', '-q', linked, 'before')
    write(linked, 'secrets/new', `${SECRET} linked work tree\n`)
    expect(alice.tryGit(linked, 'add', '-A').status).toBe(128)
    expect(leaks(alice, main, [SECRET])).toEqual([])
  })
})

describe('a submodule', () => {
  it('has keys, policy and locks of its own', () => {
    const world = newWorld()
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    const inner = protectedRepository(bob, 'inner')
    const outer = protectedRepository(alice, 'outer')
    alice.git(outer, 'submodule', '--quiet', 'add', inner, 'secrets/inner')
    alice.git(outer, 'commit', '-q', '-m', 'add a submodule')
    const clone = bob.clone(outer, 'clone')
    bob.git(clone, 'submodule', '--quiet', 'update', '--init')
    const sub = path.join(clone, 'secrets/inner')
    expect(existsSync(path.join(sub, '.git/HEAD'))).toBe(false)
    expect(isFileEnvelope(read(sub, 'secrets/a.txt'))).toBe(true)
    expect(bob.tryGitward(clone, 'unlock').status).toBe(3)
    bob.gitward(sub, 'unlock')
    expect(read(sub, 'secrets/a.txt').toString()).toBe(secretOf('bob'))
    expect(isFileEnvelope(read(clone, 'secrets/a.txt'))).toBe(true)
    write(sub, 'secrets/b', 'secret of the submodule\n')
    bob.commit(sub)
    expect(changes(bob, sub)).toBe('')
    bob.git(clone, 'add', 'secrets/inner')
    bob.git(clone, 'commit', '-q', '-m', 'move the submodule on')
    forgetStat(bob, sub)
    expect(changes(bob, clone)).toBe('')
    bob.gitward(clone, 'lock')
    expect(read(sub, 'secrets/b').toString()).toBe('secret of the submodule\n')
    bob.git(sub, 'checkout', '-q', 'HEAD~')
    bob.git(clone, 'submodule', '--quiet', 'update')
    expect(read(sub, 'secrets/b').toString()).toBe('secret of the submodule\n')
    expect(leaks(bob, sub, ['secret of'])).toEqual([])
  })
})
