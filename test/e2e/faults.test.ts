import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bound } from './support/bound.ts'
import {
  allObjects,
  blob,
  isFileEnvelope,
  newWorld,
  protectedRepository,
  read,
  recipientOf,
  write,
  type Person,
} from './support/world.ts'

const state = (repository: string) => path.join(repository, '.git/gitward')

describe('where .git may not be written', () => {
  function linkedWorkTree(alice: Person): { main: string; linked: string } {
    const main = protectedRepository(alice)
    const linked = path.join(path.dirname(main), 'linked')
    alice.git(main, 'worktree', 'add', '-q', linked)
    const policy = read(linked, '.gitward/config.yaml').toString()
    write(linked, '.gitward/config.yaml', `${policy}\n# a note, so that no compiled copy fits\n`)
    write(linked, 'secrets/a.txt', 'edited secret\n')
    return { main, linked }
  }

  it.skipIf(process.platform !== 'linux')(
    'a linked work tree is read from memory, and says what is wrong',
    () => {
      const alice = newWorld().person('alice')
      const { main, linked } = linkedWorkTree(alice)
      alice.run(main, 'chmod', ['-R', 'a-w', '.git'])
      for (const args of [
        ['git', 'status', '--short'],
        ['git', 'diff'],
        ['gitward', 'status'],
        ['gitward', 'cat', 'secrets/a.txt'],
      ])
        expect([args, bound(alice, linked, ...args)]).toMatchObject([args, { status: 0 }])
      const { stdout, stderr } = bound(alice, linked, 'git', 'diff')
      expect(stdout).toContain('+edited secret\n')
      expect(stderr).toMatch(
        /^gitward: cannot write .+\/policy-linked-linked\.json: EACCES; going on without, and slower\n {2}try: gitward doctor\n$/,
      )
      const refused = bound(alice, linked, 'gitward', 'unlock')
      expect(refused.status).toBe(5)
      expect(refused.stderr).toMatch(
        /\ngitward: cannot lock .+\/lock: EACCES\n {2}try: df -h .+ && ls -ld .+\n$/,
      )
      alice.run(main, 'chmod', ['-R', 'u+w', '.git'])
    },
  )

  it.skipIf(process.platform !== 'linux')(
    'says what is lost where info/attributes cannot follow the policy',
    () => {
      const alice = newWorld().person('alice')
      const main = protectedRepository(alice)
      const policy = read(main, '.gitward/config.yaml').toString()
      write(main, '.gitward/config.yaml', policy.replace("'secrets/**'", "'secrets/**', 'more/**'"))
      alice.run(main, 'chmod', ['-R', 'a-w', '.git/info'])
      const { status, stderr } = bound(alice, main, 'gitward', 'status')
      alice.run(main, 'chmod', ['-R', 'u+w', '.git'])
      expect(status).toBe(0)
      expect(stderr).toMatch(
        /^gitward: cannot write .+attributes.*: EACCES; until then, a commit that removes \.gitattributes turns encryption off in this clone\n/,
      )
    },
  )

  it.skipIf(process.platform !== 'linux')('but for objects and index, git add still encrypts', () => {
    const alice = newWorld().person('alice')
    const { main, linked } = linkedWorkTree(alice)
    alice.run(main, 'chmod', ['-R', 'a-w', '.git/gitward', '.git/info'])
    expect(bound(alice, linked, 'git', 'add', '-A').status).toBe(0)
    alice.run(main, 'chmod', ['-R', 'u+w', '.git'])
    expect(isFileEnvelope(blob(alice, linked, ':secrets/a.txt'))).toBe(true)
    expect(allObjects(alice, main).includes('edited secret')).toBe(false)
  })
})

describe('a clock that was set back', () => {
  const setTimes = (folder: string, year: number) => {
    for (const name of readdirSync(folder)) {
      const time = new Date(Date.UTC(year, 0))
      utimesSync(path.join(folder, name), time, time)
    }
  }

  it.each([2001, 2099])('and files of the year %i: a new policy counts, an old lock does not', year => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    const policy = path.join(repository, '.gitward/config.yaml')
    const { atime, mtime } = statSync(policy)
    const text = read(repository, '.gitward/config.yaml').toString()
    write(repository, '.gitward/config.yaml', text.replace(/^( +)whole: true$/m, '$1whole: json')) // the size stays, too
    utimesSync(policy, atime, mtime)
    writeFileSync(path.join(state(repository), 'lock'), '999999999 1')
    setTimes(state(repository), year)
    write(repository, 'secrets/a.txt', 'another secret\n')
    alice.git(repository, 'add', '-A')
    expect(blob(alice, repository, ':secrets/a.txt').toString()).toMatch(/^\{"gitward":"v1",/)
    alice.gitward(repository, 'lock')
    alice.gitward(repository, 'unlock')
    expect(read(repository, 'secrets/a.txt').toString()).toBe('another secret\n')
    expect(readdirSync(state(repository))).not.toContain('lock')
  })
})

describe('a lock', () => {
  it.skipIf(process.platform !== 'linux')(
    'of a process whose number another has by now is taken over',
    () => {
      const alice = newWorld().person('alice')
      const repository = protectedRepository(alice)
      const lock = path.join(state(repository), 'lock')
      writeFileSync(lock, `${process.pid} 1`)
      expect(alice.gitward(repository, 'unlock').status).toBe(0)
      writeFileSync(lock, `${process.pid} `)
      expect(alice.tryGitward(repository, 'unlock')).toMatchObject({
        status: 5,
        stderr: `gitward: another gitward (process ${process.pid}) is working in this repository\n  try: ps -p ${process.pid}\n`,
      })
      rmSync(lock)
    },
  )

  it('and temporary files of killed processes go with the next command', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    const left = ['lock-999999999', '.gitward-999999999-0123abcd.tmp']
    for (const name of left) writeFileSync(path.join(state(repository), name), '')
    alice.gitward(repository, 'unlock')
    expect(readdirSync(state(repository)).filter(name => left.includes(name))).toEqual([])
  })

  it('keeps a second rewrap away from a file', () => {
    const world = newWorld()
    const [alice, bob] = [world.person('alice'), world.person('bob')]
    write(alice.home, 'm', 'weights')
    alice.gitward(alice.home, 'encrypt', 'm', '-r', recipientOf(alice))
    const lock = path.join(alice.home, '.gitward-m.gitward.lock')
    writeFileSync(lock, `${process.pid} `)
    const before = read(alice.home, 'm.gitward')
    expect(alice.tryGitward(alice.home, 'rewrap', 'm.gitward', '--add', recipientOf(bob))).toMatchObject({
      status: 5,
      stderr: `gitward: another gitward (process ${process.pid}) is working on m.gitward\n  try: ps -p ${process.pid}\n`,
    })
    expect(read(alice.home, 'm.gitward').equals(before)).toBe(true)
    writeFileSync(lock, '999999999 1')
    alice.gitward(alice.home, 'rewrap', 'm.gitward', '--add', recipientOf(bob))
    expect(readdirSync(alice.home).filter(name => name.startsWith('.gitward'))).toEqual([])
    write(bob.home, 'm.gitward', read(alice.home, 'm.gitward'))
    expect(bob.gitward(bob.home, 'decrypt', 'm.gitward', '-o', '-').stdout).toBe('weights')
  })
})

describe('protect', () => {
  it('typed again finishes what was stopped before git add', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    write(repository, 'later.txt', 'plain so far\n')
    alice.commit(repository)
    const text = read(repository, '.gitward/config.yaml').toString()
    write(repository, '.gitward/config.yaml', `${text}  - paths: [later.txt]\n    whole: true\n`)
    const { stderr } = alice.gitward(repository, 'protect', '--whole', 'later.txt')
    expect(stderr).toContain('the policy says so already\nstaged encrypted: later.txt\n')
    expect(isFileEnvelope(blob(alice, repository, ':later.txt'))).toBe(true)
    expect(read(repository, '.gitattributes').toString()).toContain('later.txt filter=gitward')
  })

  it('after a reset that took an uncommitted rule away says which, and what to do', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    alice.gitward(repository, 'protect', '--whole', 'gone.txt')
    alice.git(repository, 'reset', '-q', '--hard')
    const refused = alice.tryGitward(repository, 'protect', '--whole', 'next.txt')
    expect(refused).toMatchObject({
      status: 5,
      stderr:
        'gitward: the policy here is weaker than the one this machine trusts: it lacks gone.txt\n  try: git log -p -- .gitward/config.yaml; if it is meant, as after a git reset: gitward policy accept\n',
    })
    alice.gitward(repository, 'policy', 'accept')
    expect(alice.gitward(repository, 'protect', '--whole', 'next.txt').status).toBe(0)
  })
})
