import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changes } from './support/history.ts'
import { epochFile, openedEpoch, plantEpoch, repoId } from './support/keys.ts'
import {
  isFileEnvelope,
  leaks,
  protectedRepository,
  read,
  recipientOf,
  secretOf,
  sharedWorld,
  write,
  type Person,
} from './support/world.ts'

const world = sharedWorld()
const alice = world.person('alice')
let hub: string
let count = 0

beforeAll(() => {
  hub = protectedRepository(alice)
})

/** A fresh clone; nobody has unlocked it. */
const cloneFor = (person: Person) => person.clone(hub, `clone ${++count}`)
const isSealed = (clone: string) => isFileEnvelope(read(clone, 'secrets/a.txt'))

describe('a replaced epoch file', () => {
  const bob = world.person('bob the member')
  let clone: string

  beforeAll(() => {
    alice.gitward(hub, 'member', 'add', 'bob', recipientOf(bob))
    alice.commit(hub, 'add bob')
  })

  beforeEach(() => {
    clone = cloneFor(bob)
  })

  const fingerprintOf = (ran: { readonly stderr: string }) =>
    /fingerprint ([0-9a-f]{64})/.exec(ran.stderr)![1]!

  async function replaceFirst() {
    rmSync(path.join(clone, epochFile(clone)))
    return plantEpoch(clone, repoId(clone), 'default', 1)
  }

  it('is refused with exit 4 where the true key is pinned', async () => {
    bob.gitward(clone, 'unlock')
    const { fingerprint } = await replaceFirst()
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toBe(
      'gitward: epoch 1 of scope default is not the key that this machine trusts: its file was replaced\n' +
        `  try: compare fingerprints with a teammate, then: gitward unlock --expect ${fingerprint}\n`,
    )
    expect(read(clone, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
    write(clone, 'secrets/new', 'secret after the swap')
    bob.git(clone, 'add', 'secrets/new')
    write(hub, 'secrets/new', 'secret after the swap')
    alice.git(hub, 'add', 'secrets/new')
    expect(alice.git(hub, 'rev-parse', ':secrets/new').stdout).toBe(
      bob.git(clone, 'rev-parse', ':secrets/new').stdout,
    )
    alice.git(hub, 'rm', '-q', '-f', 'secrets/new')
    expect(leaks(bob, clone, ['secret after the swap'])).toEqual([])
  })

  it('is refused at the first unlock by the fingerprint that a teammate told', async () => {
    const truth = fingerprintOf(bob.gitward(clone, 'unlock'))
    clone = cloneFor(bob)
    const { fingerprint } = await replaceFirst()
    const refused = bob.tryGitward(clone, 'unlock', '--expect', truth)
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(`gitward: no epoch key here has the fingerprint ${truth}\n`)
    expect(isSealed(clone)).toBe(true)
    expect(fingerprintOf(bob.gitward(clone, 'unlock'))).toBe(fingerprint)
    expect(bob.tryGitward(clone, 'cat', 'secrets/a.txt').status).toBe(4)
  })

  it.each(['where epoch 1 is pinned', 'at the first unlock'])(
    'as a new epoch is refused with exit 4 %s',
    async when => {
      if (when === 'where epoch 1 is pinned') bob.gitward(clone, 'unlock')
      const { fingerprint } = await plantEpoch(clone, repoId(clone), 'default', 2)
      const refused = bob.tryGitward(clone, 'unlock')
      expect(refused.status).toBe(4)
      expect(refused.stderr).toBe(
        'gitward: epoch 2 of scope default does not continue epoch 1: a stranger may have planted it\n' +
          `  try: compare fingerprints with a teammate, then: gitward unlock --expect ${fingerprint}\n`,
      )
    },
  )

  it('under a second scope is malformed: exit 4', () => {
    mkdirSync(path.join(clone, '.gitward/keys/prod'))
    const file = epochFile(clone)
    copyFileSync(path.join(clone, file), path.join(clone, file.replace('default', 'prod')))
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain('gitward: one key stands under two scopes, default and prod\n')
    expect(isSealed(clone)).toBe(true)
  })

  it('that is cut short is malformed: exit 4', () => {
    const file = epochFile(clone)
    writeFileSync(path.join(clone, file), read(clone, file).subarray(0, 300))
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(`gitward: ${file}: the epoch file is damaged: age cannot read it\n`)
  })

  it('is no way in for a recipient that nobody agreed to', () => {
    const mallory = world.person('mallory')
    const list = '.gitward/recipients/default.txt'
    write(clone, list, `${read(clone, list).toString()}# mallory\n${recipientOf(mallory)}\n`)
    const warned = bob.gitward(clone, 'unlock')
    expect(warned.stderr).toContain(`gitward: ${list} is not the list that epoch 1 was made for`)
    const carol = world.person('carol')
    const refused = bob.tryGitward(clone, 'member', 'add', 'carol', recipientOf(carol))
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(`${list} holds recipients that no member added with gitward`)
    expect(changes(bob, clone)).toBe(` M ${list}\n`)
  })
})

describe('age', () => {
  const hasAge = alice.run(world.root, 'sh', ['-c', 'command -v age'], { mayFail: true }).status === 0
  if (!hasAge) console.log('skipped: age is not installed')

  it.skipIf(!hasAge)('opens a classic epoch file without gitward', () => {
    const dave = world.person('dave')
    const repository = dave.newRepository('classic')
    dave.gitward(repository, 'init', '--classic')
    const identity = path.join(dave.home, '.config/gitward/identity-classic.txt')
    const opened = dave.run(repository, 'age', ['-d', '-i', identity, epochFile(repository)]).stdout
    expect(opened).toMatch(
      /^gitward-key\/v1\nrepo .{24}\nscope default\nepoch 1\nkey .{44}\nmembers .{44}\n$/,
    )
  })

  it('files of its library say the same as ours', async () => {
    const record = await openedEpoch(alice, hub)
    expect(record.get('scope')).toBe('default')
    expect(record.get('repo')).toBe(repoId(hub))
  })
})
