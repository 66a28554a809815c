import { chmodSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { changes } from './support/history.ts'
import {
  blob,
  isFileEnvelope,
  protectedRepository,
  read,
  secretOf,
  sharedWorld,
  write,
} from './support/world.ts'

describe('unlock and lock', () => {
  const world = sharedWorld()
  const alice = world.person('alice')
  let repository: string

  beforeAll(() => {
    repository = protectedRepository(alice)
    write(repository, 'secrets/run.sh', '#!/bin/sh\n')
    chmodSync(path.join(repository, 'secrets/run.sh'), 0o755)
    alice.commit(repository)
  })

  it('leave git status clean, and the mode as it was', () => {
    for (const [verb, sealed] of [
      ['lock', true],
      ['unlock', false],
      ['unlock', false],
      ['lock', true],
      ['lock', true],
      ['unlock', false],
    ] as const) {
      alice.gitward(repository, verb)
      expect(isFileEnvelope(read(repository, 'secrets/run.sh'))).toBe(sealed)
      expect(changes(alice, repository)).toBe('')
      expect(statSync(path.join(repository, 'secrets/run.sh')).mode & 0o777).toBe(0o755)
    }
  })

  it('leave what git was told not to look at hidden', () => {
    alice.git(repository, 'update-index', '--assume-unchanged', 'secrets/a.txt')
    alice.gitward(repository, 'lock')
    alice.gitward(repository, 'unlock')
    expect(alice.git(repository, 'ls-files', '-v', 'secrets/a.txt').stdout).toBe('h secrets/a.txt\n')
    alice.git(repository, 'update-index', '--no-assume-unchanged', 'secrets/a.txt')
  })

  it('lock refuses while a protected file holds edits, and changes nothing', () => {
    write(repository, 'secrets/a.txt', 'edited\n')
    const refused = alice.tryGitward(repository, 'lock')
    expect(refused.status).toBe(5)
    expect(refused.stderr).toBe(
      `gitward: ${repository}: protected files have changes that are not staged: secrets/a.txt\n  try: git add or git stash them first\n`,
    )
    expect(read(repository, 'secrets/a.txt').toString()).toBe('edited\n')
    expect(read(repository, 'secrets/run.sh').toString()).toBe('#!/bin/sh\n')
    expect(alice.gitward(repository, 'cat', 'secrets/a.txt').stdout).toBe('edited\n')
    alice.git(repository, 'checkout', '--', '.')
  })

  it('lock closes every linked work tree too, or none of them', () => {
    const linked = path.join(path.dirname(repository), 'linked tree')
    alice.git(repository, 'worktree', 'add', '-q', linked, '-b', 'linked')
    write(linked, 'secrets/a.txt', 'edited there\n')
    const refused = alice.tryGitward(repository, 'lock')
    expect([refused.status, refused.stderr]).toEqual([
      5,
      `gitward: ${linked}: protected files have changes that are not staged: secrets/a.txt\n  try: git add or git stash them first\n`,
    ])
    expect(isFileEnvelope(read(repository, 'secrets/run.sh'))).toBe(false)
    alice.git(linked, 'checkout', '--', '.')
    alice.gitward(repository, 'lock')
    for (const top of [repository, linked]) {
      expect(isFileEnvelope(read(top, 'secrets/a.txt'))).toBe(true)
      expect(changes(alice, top)).toBe('')
    }
    alice.gitward(linked, 'unlock')
    expect(isFileEnvelope(read(linked, 'secrets/a.txt'))).toBe(false)
    alice.git(repository, 'worktree', 'remove', linked)
    alice.gitward(repository, 'unlock')
  })

  it('lock keeps edits that are staged', () => {
    write(repository, 'secrets/a.txt', 'staged\n')
    alice.git(repository, 'add', 'secrets/a.txt')
    alice.gitward(repository, 'lock')
    expect(read(repository, 'secrets/a.txt').equals(blob(alice, repository, ':secrets/a.txt'))).toBe(true)
    expect(changes(alice, repository)).toBe('M  secrets/a.txt\n')
    alice.gitward(repository, 'unlock')
    expect(read(repository, 'secrets/a.txt').toString()).toBe('staged\n')
    alice.git(repository, 'reset', '-q', '--hard')
  })

  it.each([{ GITWARD_KEY: 'x' }, { GITWARD_KEY_CMD: 'cat key' }])('lock refuses with %o set', env => {
    const refused = alice.run(repository, 'gitward', ['lock'], { env, mayFail: true })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('the repository would stay unlocked\n  try: unset GITWARD_KEY')
    expect(read(repository, 'secrets/run.sh').toString()).toBe('#!/bin/sh\n')
  })

  it('unlock refuses only the files that it must rewrite and that hold edits', () => {
    alice.gitward(repository, 'lock')
    const sealed = read(repository, 'secrets/a.txt')
    const edited = Buffer.concat([sealed, Buffer.of(0)])
    write(repository, 'secrets/a.txt', edited)
    write(repository, 'README', 'edited\n')
    const unlocked = alice.tryGitward(repository, 'unlock')
    expect(unlocked.status).toBe(5)
    expect(unlocked.stderr).toContain(
      'secrets/a.txt: left alone, for it holds local edits of ciphertext; try: git checkout -- secrets/a.txt\n',
    )
    expect(read(repository, 'secrets/a.txt').equals(edited)).toBe(true)
    expect(read(repository, 'secrets/run.sh').toString()).toBe('#!/bin/sh\n')
    expect(changes(alice, repository)).toBe(' M README\n M secrets/a.txt\n')
    alice.git(repository, 'checkout', '--', '.')
    expect(changes(alice, repository)).toBe('')
  })

  it.each(['a file', 'a link to itself'])('pass over files whose folder has become %s', what => {
    const folder = path.join(repository, 'secrets')
    renameSync(folder, `${folder}.moved`)
    if (what === 'a file') writeFileSync(folder, 'x\n')
    else symlinkSync('secrets', folder)
    for (const verb of ['lock', 'unlock'])
      expect(alice.tryGitward(repository, verb)).toMatchObject({ status: 0 })
    rmSync(folder)
    renameSync(`${folder}.moved`, folder)
    expect(changes(alice, repository)).toBe('')
  })

  it('pass over a protected file that has become a link to itself', () => {
    const file = path.join(repository, 'secrets/a.txt')
    rmSync(file)
    symlinkSync('a.txt', file)
    for (const verb of ['lock', 'unlock'])
      expect(alice.tryGitward(repository, verb)).toMatchObject({ status: 0 })
    alice.git(repository, 'checkout', '--', '.')
    expect(changes(alice, repository)).toBe('')
  })

  it('rewrite a read-only file, and keep it read-only', () => {
    const file = path.join(repository, 'secrets/a.txt')
    chmodSync(file, 0o444)
    alice.gitward(repository, 'lock')
    expect(isFileEnvelope(read(repository, 'secrets/a.txt'))).toBe(true)
    alice.gitward(repository, 'unlock')
    expect(read(repository, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
    expect(statSync(file).mode & 0o777).toBe(0o444)
    expect(changes(alice, repository)).toBe('')
  })
})
