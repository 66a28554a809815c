import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { epochFile, epochKeyText, identityFile, openedEpoch, plantEpoch, repoId } from './support/keys.ts'
import {
  isFileEnvelope,
  leaks,
  protectedRepository,
  read,
  recipientOf,
  sharedWorld,
  write,
  type Person,
} from './support/world.ts'

const world = sharedWorld()
const alice = world.person('alice')
let hub: string
let keyText: string
let count = 0

beforeAll(async () => {
  hub = protectedRepository(alice)
  keyText = await epochKeyText(alice, hub)
})

/** A fresh clone; nobody has unlocked it. */
const cloneFor = (person: Person) => person.clone(hub, `clone ${++count}`)
const isSealed = (clone: string) => isFileEnvelope(read(clone, 'secrets/a.txt'))

describe('unlock exits 3, and says what it tried', () => {
  it('without any identity', () => {
    const bob = world.person('bob without identity')
    const clone = cloneFor(bob)
    const failed = bob.tryGitward(clone, 'unlock')
    expect(failed.status).toBe(3)
    expect(failed.stderr).toBe(
      'gitward: no key and no identity found (looked in GITWARD_IDENTITY, GITWARD_IDENTITY_FILE, your identity.txt, your identity-classic.txt, GITWARD_KEY, GITWARD_KEY_CMD)\n' +
        '  try: gitward keygen, then ask a member to run: gitward member add NAME RECIPIENT\n',
    )
    expect(isSealed(clone)).toBe(true)
    expect(changes(bob, clone)).toBe('')
  })

  it('with identities that are no members', () => {
    const bob = world.person('bob the stranger')
    recipientOf(bob)
    recipientOf(bob, '--classic')
    const clone = cloneFor(bob)
    const failed = bob.tryGitward(clone, 'unlock')
    expect(failed.status).toBe(3)
    expect(failed.stderr).toContain(
      'gitward: no key of this repository opens (your identity.txt: 1 identity, none is a recipient; your identity-classic.txt: 1 identity, none is a recipient)\n',
    )
    const named = bob.tryGitward(clone, 'unlock', '--identity', identityFile(bob))
    expect(named.status).toBe(3)
    expect(named.stderr).toContain(`opens (${identityFile(bob)}: 1 identity, none is a recipient)\n`)
    expect(isSealed(clone)).toBe(true)
  })

  it('and takes an identity from a file or the environment', () => {
    const bob = world.person('bob with a copied identity')
    const identity = read(alice.home, '.config/gitward/identity.txt').toString()
    const secret = identity.trim().split('\n').at(-1)!
    for (const env of [{ GITWARD_IDENTITY: secret }, { GITWARD_IDENTITY_FILE: identityFile(alice) }]) {
      const clone = cloneFor(bob)
      bob.run(clone, 'gitward', ['unlock'], { env })
      expect(read(clone, 'secrets/a.txt').toString()).toBe('secret of alice\n')
    }
    const clone = cloneFor(bob)
    const broken = bob.run(clone, 'gitward', ['unlock'], {
      env: { GITWARD_IDENTITY: secret.slice(0, 30) },
      mayFail: true,
    })
    expect(broken.status).toBe(2)
    expect(broken.stderr).not.toContain(secret.slice(18, 30))
  })
})

describe('an epoch key as text', () => {
  const wrong = randomBytes(32).toString('base64')
  const bob = world.person('bob with keys')

  it.each([
    ['GITWARD_KEY', (key: string) => ({ args: [], env: { GITWARD_KEY: key } })],
    ['GITWARD_KEY with a scope', (key: string) => ({ args: [], env: { GITWARD_KEY: `default=${key}` } })],
    ['GITWARD_KEY_CMD', (key: string) => ({ args: [], env: { GITWARD_KEY_CMD: `echo ${key}` } })],
    ['--key -', (key: string) => ({ args: ['--key', '-'], input: `${key}\n` })],
  ])('%s: the right one unlocks, another exits 4, a malformed one 2 without being shown', (_, given) => {
    const clone = cloneFor(bob)
    const unlock = (key: string) => {
      const { args, ...options } = given(key)
      return bob.run(clone, 'gitward', ['unlock', ...args], { ...options, mayFail: true })
    }
    const stranger = unlock(wrong)
    expect(stranger.status).toBe(4)
    expect(stranger.stderr).toMatch(
      /^gitward: the key from \S+ is not a key of scope default in this repository\n/,
    )
    for (const text of [keyText.slice(1), `${keyText.slice(0, 43)}!`, `No-Scope=${keyText}`]) {
      const malformed = unlock(text)
      expect(malformed.status).toBe(2)
      expect(malformed.stderr).toContain('is not an epoch key: 44 characters of base64')
      expect(malformed.stderr).not.toContain(text.slice(-30, -5))
    }
    expect(isSealed(clone)).toBe(true)
    expect(unlock(keyText).status).toBe(0)
    expect(read(clone, 'secrets/a.txt').toString()).toBe('secret of alice\n')
    expect(changes(bob, clone)).toBe('')
  })

  it('serves git without any unlock, and only as long as it is set', () => {
    const clone = cloneFor(bob)
    bob.tryGitward(clone, 'unlock')
    const env = { GITWARD_KEY: keyText }
    rmSync(path.join(clone, 'secrets'), { recursive: true })
    bob.run(clone, 'git', ['checkout', '--', '.'], { env })
    expect(read(clone, 'secrets/a.txt').toString()).toBe('secret of alice\n')
    write(clone, 'secrets/a.txt', 'secret by key\n')
    expect(bob.tryGit(clone, 'add', 'secrets/a.txt').status).toBe(128)
    bob.run(clone, 'git', ['add', 'secrets/a.txt'], { env })
    expect(bob.run(clone, 'gitward', ['cat', 'secrets/a.txt'], { env }).stdout).toBe('secret by key\n')
    expect(leaks(bob, clone, ['secret by key'])).toEqual([])
  })

  it.each([
    ['a malformed key', () => ({ GITWARD_KEY: keyText.slice(1) }), 'GITWARD_KEY is not an epoch key'],
    [
      'a stranger',
      () => ({ GITWARD_KEY: wrong }),
      'the supplied key for scope default is not of this repository',
    ],
    ['a command that fails', () => ({ GITWARD_KEY_CMD: 'exit 7' }), 'GITWARD_KEY_CMD failed with exit 7'],
  ])('%s leaves git locked, not dead', (_, env, warning) => {
    const clone = cloneFor(bob)
    bob.tryGitward(clone, 'unlock')
    const git = (...args: string[]) => bob.run(clone, 'git', args, { env: env(), mayFail: true })
    forgetStat(bob, clone)
    expect(git('status', '--porcelain')).toMatchObject({ status: 0, stdout: '' })
    rmSync(path.join(clone, 'secrets'), { recursive: true })
    const checkout = git('checkout', '--', '.')
    expect(checkout.status).toBe(0)
    expect(checkout.stderr.split(warning)).toHaveLength(2)
    expect(isSealed(clone)).toBe(true)
    write(clone, 'secrets/new', 'secret for nobody')
    expect(git('add', '.').status).toBe(128)
    expect(leaks(bob, clone, ['secret for nobody'])).toEqual([])
  })
})

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
    expect(read(clone, 'secrets/a.txt').toString()).toBe('secret of alice\n')
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
