import { rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { epochKeyText, identityFile } from './support/keys.ts'
import {
  blob,
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
      expect(read(clone, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
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
    ['GITWARD_KEY_CMD', (key: string) => ({ args: [], env: { KEPT: key, GITWARD_KEY_CMD: 'echo "$KEPT"' } })],
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
    expect(read(clone, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
    expect(changes(bob, clone)).toBe('')
  })

  it('serves git without any unlock, and only as long as it is set', () => {
    const clone = cloneFor(bob)
    bob.tryGitward(clone, 'unlock')
    const env = { GITWARD_KEY: keyText }
    rmSync(path.join(clone, 'secrets'), { recursive: true })
    bob.run(clone, 'git', ['checkout', '--', '.'], { env })
    expect(read(clone, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
    write(clone, 'secrets/a.txt', 'secret by key\n')
    expect(bob.tryGit(clone, 'add', 'secrets/a.txt').status).toBe(128)
    bob.run(clone, 'git', ['add', 'secrets/a.txt'], { env })
    expect(bob.run(clone, 'gitward', ['cat', 'secrets/a.txt'], { env }).stdout).toBe('secret by key\n')
    expect(leaks(bob, clone, ['secret by key'])).toEqual([])
  })

  it('what is protected by it stays so when a commit deletes .gitattributes', () => {
    const clone = cloneFor(bob)
    const env = { GITWARD_KEY: keyText }
    bob.gitward(clone, 'doctor', '--fix')
    bob.run(clone, 'gitward', ['protect', '--whole', 'more/**'], { env })
    bob.run(clone, 'git', ['commit', '-qam', 'protect more'], { env })
    bob.run(clone, 'git', ['rm', '-q', '.gitattributes'], { env })
    bob.run(clone, 'git', ['commit', '-qm', 'no attributes'], { env })
    write(clone, 'more/a', 'secret of more\n')
    bob.run(clone, 'git', ['add', 'more/a'], { env })
    expect(isFileEnvelope(blob(bob, clone, ':more/a'))).toBe(true)
    expect(leaks(bob, clone, ['secret of more'])).toEqual([])
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
