import { copyFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { changes, commitBlob, stageBlob } from './support/history.ts'
import { expectAsCommitted, SECRET, sharedTeam, teamClone } from './support/team.ts'
import { blob, leaks, read, write, type Person } from './support/world.ts'

const team = sharedTeam()

describe('ciphertext in the wrong place', () => {
  let clone: string
  const { alice, bob } = team
  const said = (person: Person, ...args: string[]) => person.tryGitward(clone, ...args)

  beforeAll(() => {
    clone = teamClone(alice, team.hub(), 'places')
  })

  it('of prod in a path of default is refused by clean, left by smudge, and cat exits 4', () => {
    const ofProd = blob(alice, clone, 'HEAD:prod/a')
    write(clone, 'secrets/stolen', ofProd)
    const refused = alice.tryGit(clone, 'add', 'secrets/stolen')
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain(
      'gitward: secrets/stolen: this ciphertext is of scope prod, but the policy puts this path into scope default\n  try: ',
    )
    rmSync(path.join(clone, 'secrets/stolen'))
    commitBlob(alice, clone, 'secrets/stolen', ofProd)
    const checkout = alice.git(clone, 'checkout', '-q', '--', 'secrets/stolen')
    expect(checkout.stderr).toBe(
      'gitward: secrets/stolen: stays encrypted: its key is of scope prod, but the policy puts this path into default\n',
    )
    expect(read(clone, 'secrets/stolen').equals(ofProd)).toBe(true)
    expect(changes(alice, clone)).toBe('')
    const cat = said(alice, 'cat', 'secrets/stolen')
    expect([cat.status, cat.stdout]).toEqual([4, ''])
    expect(cat.stderr).toContain('the policy does not let this path open ciphertext of scope prod\n')
    alice.gitward(clone, 'lock')
    alice.gitward(clone, 'unlock')
    expect(read(clone, 'secrets/stolen').equals(ofProd)).toBe(true)
    alice.git(clone, 'reset', '-q', '--hard', 'origin/main')
  })

  it('after git mv across scopes is left by smudge, and sealed anew by git add', () => {
    alice.git(clone, 'mv', 'prod/a', 'secrets/moved')
    alice.git(clone, 'commit', '-q', '-m', 'move')
    const fresh = alice.clone(clone, 'clone of moved')
    alice.gitward(fresh, 'unlock')
    expect(read(fresh, 'secrets/moved').equals(blob(alice, fresh, 'HEAD:secrets/moved'))).toBe(true)
    alice.git(clone, 'add', 'secrets/moved')
    alice.git(clone, 'commit', '-q', '-m', 'seal for default')
    alice.git(fresh, 'pull', '-q')
    expect(read(fresh, 'secrets/moved').toString()).toBe(`${SECRET} first commit in prod/a\n`)
    expect(leaks(alice, clone, [SECRET])).toEqual([])
    alice.git(clone, 'reset', '-q', '--hard', 'origin/main')
    expectAsCommitted(alice, clone, ['default', 'prod'])
  })

  it('outside protection stays ciphertext, and status says moved', () => {
    commitBlob(alice, clone, 'public/copy', blob(alice, clone, 'HEAD:secrets/a'))
    alice.git(clone, 'checkout', '-q', '--', 'public/copy')
    expect(read(clone, 'public/copy').equals(blob(alice, clone, 'HEAD:secrets/a'))).toBe(true)
    expect(changes(alice, clone)).toBe('')
    expect(alice.gitward(clone, 'status').stdout).toMatch(/^moved +public\/copy$/m)
    expect(said(alice, 'cat', 'public/copy').status).toBe(4)
    alice.git(clone, 'reset', '-q', '--hard', 'origin/main')
  })

  it('in another repository with the same paths is refused and never opens', () => {
    const other = bob.newRepository('other')
    bob.gitward(other, 'init')
    bob.gitward(other, 'protect', '--whole', 'secrets/**')
    copyFileSync(path.join(team.hub(), 'README'), path.join(other, 'README'))
    bob.commit(other)
    const foreign = blob(alice, clone, 'HEAD:secrets/a')
    write(other, 'secrets/a', foreign)
    const refused = bob.tryGit(other, 'add', 'secrets/a')
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain("its key is not one of this repository's")
    stageBlob(bob, other, 'secrets/a', foreign)
    bob.git(other, 'checkout', '-q', '--', 'secrets/a')
    expect(read(other, 'secrets/a').equals(foreign)).toBe(true)
  })
})

describe('new plaintext in a locked scope', () => {
  it.each([
    ['secrets/a', 'default', team.carol],
    ['prod/a', 'prod', team.bob],
  ])('%s is refused by add, commit -a and stash: scope %s', (file, scope, who) => {
    const clone = teamClone(who, team.hub(), `locked of ${who.name}`)
    write(clone, file, 'a secret that must wait\n')
    for (const args of [
      ['add', file],
      ['commit', '-q', '-a', '-m', 'x'],
      ['stash', 'push'],
    ]) {
      const refused = who.tryGit(clone, ...args)
      expect(refused.status).not.toBe(0)
      expect(refused.stderr).toContain(
        `gitward: ${file}: cannot be encrypted or checked, because scope ${scope} is locked here\n  try: gitward unlock\n`,
      )
    }
    expect(who.git(clone, 'status', '--porcelain').stdout).toBe(` M ${file}\n`)
    expect(leaks(who, clone, ['a secret that must wait'])).toEqual([])
  })
})
