import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { expectAsCommitted, SECRET, sharedTeam, teamClone } from './support/team.ts'
import { leaks, read, write } from './support/world.ts'

const POLICY = '.gitward/config.yaml'
const team = sharedTeam()

describe.each([
  { who: team.alice, state: 'unlocked', scopes: ['default', 'prod'] },
  { who: team.bob, state: 'partly unlocked', scopes: ['default'] },
  { who: team.carol, state: 'locked', scopes: [] },
])('a branch whose policy cannot be read, in a clone that is $state', ({ who, scopes }) => {
  let clone: string
  const cannotBeRead = /^gitward: \.gitward\/config\.yaml:4:1: .+\n {2}try: edit \.gitward\/config\.yaml/m

  beforeAll(() => {
    clone = teamClone(who, team.hub(), `broken of ${who.name}`)
    who.git(clone, 'checkout', '-q', '-b', 'broken')
    const policy = read(clone, POLICY).toString()
    write(clone, POLICY, policy.replace(/^version: 1$/m, 'version: 1\n<<<<<<< ours'))
    write(clone, 'README', 'broken\n')
    who.git(clone, 'commit', '-q', '-a', '-m', 'break the policy')
    who.git(clone, 'checkout', '-q', 'main')
  })

  it('checkout, status, diff, stash and log work where nothing protected changed', () => {
    who.git(clone, 'checkout', '-q', 'broken')
    expectAsCommitted(who, clone, scopes)
    forgetStat(who, clone)
    expect(changes(who, clone)).toBe('')
    forgetStat(who, clone)
    expect(who.git(clone, 'diff').stdout).toBe('')
    write(clone, 'README', 'more\n')
    who.git(clone, 'stash', 'push', '-q')
    who.git(clone, 'stash', 'pop', '-q')
    who.git(clone, 'commit', '-q', '-a', '-m', 'public files')
    who.git(clone, 'log', '-p', '-2')
  })

  it('a changed file is refused, with the line and column', () => {
    write(clone, 'secrets/a', `${SECRET} broken branch\n`)
    const refused = who.tryGit(clone, 'add', 'secrets/a')
    expect(refused.status).toBe(128)
    expect(refused.stderr).toMatch(cannotBeRead)
    expect(leaks(who, clone, [SECRET])).toEqual([])
    who.git(clone, 'checkout', '--', 'secrets/a')
    expectAsCommitted(who, clone, scopes)
  })

  it.each(['lock', 'status', 'unlock', 'doctor'])('gitward %s exits 2, with the line and column', verb => {
    const failed = who.tryGitward(clone, verb)
    expect(failed.status).toBe(2)
    expect(failed.stderr).toMatch(cannotBeRead)
  })

  it('leads back to main', () => {
    who.git(clone, 'checkout', '-q', 'main')
    expect(read(clone, 'README').toString()).toBe('main\n')
    expectAsCommitted(who, clone, scopes)
    who.git(clone, 'checkout', '-q', 'feature')
    expectAsCommitted(who, clone, scopes)
  })
})

describe('a branch with an epoch file that this machine has not pinned', () => {
  let clone: string
  const { bob } = team

  beforeAll(() => {
    clone = teamClone(bob, team.hub(), 'planted')
    const epochFile = bob.git(clone, 'ls-files', '.gitward/keys/default').stdout.trim()
    bob.git(clone, 'checkout', '-q', '-b', 'planted')
    const planted = '.gitward/keys/default/2-0123456789abcdef.age'
    write(clone, planted, read(clone, epochFile))
    bob.commit(clone, 'plant an epoch file')
  })

  it('leaves what is unchanged as it is', () => {
    forgetStat(bob, clone)
    expectAsCommitted(bob, clone, ['default'])
    const before = bob.git(clone, 'ls-files', '-s', 'secrets').stdout
    bob.git(clone, 'add', '--renormalize', 'secrets')
    expect(bob.git(clone, 'ls-files', '-s', 'secrets').stdout).toBe(before)
    bob.git(clone, 'checkout', '-q', 'feature')
    bob.git(clone, 'checkout', '-q', 'planted')
    expectAsCommitted(bob, clone, ['default'])
  })

  it('lets nothing new be sealed', () => {
    write(clone, 'secrets/a', `${SECRET} planted branch\n`)
    const refused = bob.tryGit(clone, 'add', 'secrets/a')
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain(
      'gitward: secrets/a: scope default has a newer key than this machine knows: nothing new is encrypted under the old one\n  try: gitward unlock\n',
    )
    expect(leaks(bob, clone, [SECRET])).toEqual([])
    bob.git(clone, 'checkout', '--', 'secrets/a')
  })

  it('unlock refuses the stranger, and changes nothing', () => {
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(
      'gitward: .gitward/keys/default/2-0123456789abcdef.age: the key inside is of repository',
    )
    expectAsCommitted(bob, clone, ['default'])
  })

  it('is forgotten on another branch', () => {
    bob.git(clone, 'checkout', '-q', 'main')
    write(clone, 'secrets/a', `${SECRET} main again\n`)
    bob.git(clone, 'commit', '-q', '-a', '-m', 'new')
    bob.git(clone, 'reset', '-q', '--hard', 'origin/main')
    expectAsCommitted(bob, clone, ['default'])
    expect(leaks(bob, clone, [SECRET])).toEqual([])
  })
})

describe('on a branch from before gitward', () => {
  let clone: string
  const { alice } = team

  beforeAll(() => {
    clone = teamClone(alice, team.hub(), 'before')
    alice.git(clone, 'checkout', '-q', 'before')
  })

  const refusesPlaintext = (file: string) => {
    const refused = alice.tryGit(clone, 'add', file)
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain(
      `gitward: ${file}: the policy here is weaker than the one this machine trusts, which encrypts this file\n  try: if that is meant: gitward policy accept\n`,
    )
  }

  it('no new plaintext enters a path that the trusted policy protects', () => {
    write(clone, 'secrets/new', `${SECRET} old branch\n`)
    refusesPlaintext('secrets/new')
    expect(leaks(alice, clone, [SECRET])).toEqual([])
    rmSync(path.join(clone, 'secrets/new'))
  })

  it('the same holds where a merged commit deleted .gitattributes', () => {
    alice.git(clone, 'checkout', '-q', '-B', 'bare', 'main')
    alice.git(clone, 'rm', '-q', '.gitattributes')
    alice.git(clone, 'commit', '-q', '-m', 'delete .gitattributes')
    alice.git(clone, 'checkout', '-q', 'main')
    alice.git(clone, 'merge', '-q', '--no-edit', 'bare')
    expectAsCommitted(alice, clone, ['default', 'prod'])
    write(clone, 'secrets/new', `${SECRET} attributes`)
    alice.commit(clone)
    expect(leaks(alice, clone, [SECRET])).toEqual([])
    alice.git(clone, 'reset', '-q', '--hard', 'origin/main')
  })

  it('what is meant can be accepted', () => {
    alice.git(clone, 'checkout', '-q', 'before')
    write(clone, 'secrets/old.txt', 'known to everybody, still\n')
    refusesPlaintext('secrets/old.txt')
    alice.gitward(clone, 'policy', 'accept')
    alice.git(clone, 'commit', '-q', '-a', '-m', 'plain')
    expect(changes(alice, clone)).toBe('')
    alice.git(clone, 'checkout', '-q', 'main')
    expectAsCommitted(alice, clone, ['default', 'prod'])
    alice.git(clone, 'checkout', '-q', '-b', 'another', 'before~')
    write(clone, 'secrets/new', 'plain text again\n')
    refusesPlaintext('secrets/new')
  })
})
