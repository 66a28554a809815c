import { beforeAll, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import {
  blob,
  isFileEnvelope,
  leaks,
  newWorld,
  protectedRepository,
  read,
  recipientOf,
  secretOf,
  sharedWorld,
  write,
} from './support/world.ts'

describe('a pulled commit that weakens the policy', () => {
  const world = sharedWorld()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  let hub: string
  let clone: string

  beforeAll(() => {
    hub = protectedRepository(alice)
    alice.gitward(hub, 'member', 'add', 'bob', recipientOf(bob))
    alice.commit(hub, 'add bob')
    clone = bob.clone(hub, 'clone')
    bob.gitward(clone, 'unlock')
    // by hand, as an attacker would: `gitward unprotect` would stage the plaintext, and say so
    const policy = read(hub, '.gitward/config.yaml').toString()
    write(hub, '.gitward/config.yaml', policy.replace('secrets/**', 'elsewhere/**'))
    write(hub, '.gitattributes', '')
    alice.git(hub, 'commit', '-q', '-m', 'weaken', '.gitward', '.gitattributes')
    bob.git(clone, 'pull', '-q')
  })

  const refused = (reason: string, ...args: string[]) => {
    const ran = bob.tryGit(clone, ...args)
    expect(ran.status).toBe(128)
    expect(ran.stderr).toContain(`${reason}\n  try: if that is meant: gitward policy accept\n`)
  }

  it('leaves status, diff, stash and branch switches alone where nothing was changed', () => {
    expect(changes(bob, clone)).toBe('')
    forgetStat(bob, clone)
    expect(changes(bob, clone)).toBe('')
    forgetStat(bob, clone)
    expect(bob.git(clone, 'diff').stdout).toBe('')
    write(clone, 'README', 'edited\n')
    forgetStat(bob, clone)
    bob.git(clone, 'stash', 'push', '-q')
    bob.git(clone, 'stash', 'pop', '-q')
    bob.git(clone, 'checkout', '--', 'README')
    bob.git(clone, 'checkout', '-q', 'HEAD~')
    bob.git(clone, 'checkout', '-q', 'main')
    expect(changes(bob, clone)).toBe('')
    expect(read(clone, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
  })

  it('does not let an edit of a file that git holds encrypted in as plaintext', () => {
    write(clone, 'secrets/a.txt', 'secret edited by bob\n')
    const reason =
      'gitward: secrets/a.txt: git holds this file encrypted, and the policy here no longer protects it'
    refused(reason, 'add', 'secrets/a.txt')
    refused(reason, 'commit', '-q', '-a', '-m', 'edit')
    expect(leaks(bob, clone, ['secret edited by bob'])).toEqual([])
    bob.git(clone, 'checkout', '--', 'secrets/a.txt')
  })

  it('does not let a new file in as plaintext', () => {
    write(clone, 'secrets/new', 'secret that is new\n')
    refused(
      'gitward: secrets/new: the policy here is weaker than the one this machine trusts, which encrypts this file',
      'add',
      'secrets/new',
    )
    expect(leaks(bob, clone, ['secret that is new'])).toEqual([])
  })

  it('shows in status, doctor and unlock, and unlock does not trust it', () => {
    expect(bob.gitward(clone, 'status').stdout).toMatch(/^awaiting-accept +secrets\/a\.txt$/m)
    expect(bob.tryGitward(clone, 'doctor').stdout).toContain(
      'WARN  the policy here is weaker than the trusted one\n      try: gitward policy accept\n',
    )
    const unlocked = bob.gitward(clone, 'unlock')
    expect(unlocked.stderr).toContain(
      'gitward: the policy here is weaker than the one this machine trusts; if that is meant: gitward policy accept\n',
    )
    expect(bob.tryGit(clone, 'add', 'secrets/new').status).toBe(128)
  })

  it('counts after `gitward policy accept`', () => {
    bob.gitward(clone, 'policy', 'accept')
    bob.git(clone, 'add', 'secrets/new')
    expect(blob(bob, clone, ':secrets/new').toString()).toBe('secret that is new\n')
    bob.git(clone, 'reset', '-q')
  })
})

describe('attributes of others', () => {
  it.each([
    ['a nested .gitattributes', 'secrets/.gitattributes', '* -filter -diff -merge\n'],
    ['a nested .gitattributes that unsets all', 'secrets/.gitattributes', '* !filter text eol=crlf\n'],
    ['lines after our block', '.gitattributes', 'secrets/** -filter\n'],
  ])('%s do not turn encryption off where somebody unlocked', (_, file, text) => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    const before = file === '.gitattributes' ? read(repository, file).toString() : ''
    write(repository, file, before + text)
    write(repository, 'secrets/new', 'secret in spite of attributes\n')
    alice.commit(repository)
    expect(isFileEnvelope(blob(alice, repository, ':secrets/new'))).toBe(true)
    expect(leaks(alice, repository, ['secret in spite'])).toEqual([])
    expect(changes(alice, repository)).toBe('')
  })
})
