import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { bound } from './support/bound.ts'
import { newWorld, protectedRepository, read, write, type Person } from './support/world.ts'

interface Line {
  readonly check: string
  readonly level: 'ok' | 'warn' | 'fail'
  readonly what: string
  readonly mend?: string
}

/** Lines that are not ok. */
function findings(person: Person, repository: string, env: Record<string, string> = {}): Line[] {
  const ran = person.run(repository, 'gitward', ['doctor', '--json'], { env, mayFail: true })
  const lines = (JSON.parse(ran.stdout) as Line[]).filter(({ level }) => level !== 'ok')
  expect(ran.status).toBe(lines.some(({ level }) => level === 'fail') ? 1 : 0)
  return lines
}

/** The first line of each check. */
const only = (found: readonly Line[]): Record<string, Line> =>
  Object.fromEntries([...found].reverse().map(line => [line.check, line]))

it('mends what a clone lacks, what others can read, and a cache of decrypted diffs', () => {
  const alice = newWorld().person('alice')
  const repository = protectedRepository(alice)
  const state = path.join(repository, '.git/gitward')
  const identity = path.join(alice.home, '.config/gitward/identity.txt')
  alice.git(repository, 'config', 'filter.gitward.required', 'false')
  writeFileSync(path.join(repository, '.gitattributes'), '')
  writeFileSync(path.join(repository, '.git/info/attributes'), '')
  alice.git(repository, 'update-ref', 'refs/notes/textconv/gitward', 'HEAD')
  chmodSync(state, 0o755)
  chmodSync(path.join(state, 'keyring.json'), 0o644)
  chmodSync(identity, 0o640)
  const found = findings(alice, repository)
  expect(found.filter(({ check }) => check === 'private')).toEqual([
    { check: 'private', level: 'fail', what: `${state} can be read by others`, mend: `chmod 700 '${state}'` },
    {
      check: 'private',
      level: 'fail',
      what: `${state}/keyring.json can be read by others`,
      mend: `chmod 600 '${state}/keyring.json'`,
    },
  ])
  const mend = 'gitward doctor --fix'
  expect(only(found)).toMatchObject({
    filter: {
      level: 'fail',
      what: expect.stringContaining('this clone lacks filter.gitward.required'),
      mend,
    },
    attributes: { level: 'fail', what: expect.stringContaining('.gitattributes does not say'), mend },
    'info-attributes': { level: 'fail', what: 'info/attributes lacks the managed block', mend },
    'textconv-cache': { level: 'fail', what: expect.stringContaining('refs/notes/textconv holds'), mend },
    identity: { level: 'warn', what: `${identity} can be read by others`, mend: `chmod 600 '${identity}'` },
  })
  alice.gitward(repository, 'doctor', '--fix')
  expect(findings(alice, repository)).toEqual([])
  expect(statSync(identity).mode & 0o777).toBe(0o600)
  expect(alice.git(repository, 'for-each-ref', 'refs/notes').stdout).toBe('')
})

it('mends a clone before it closes files, and leaves an identity file that the environment names as it is', () => {
  const world = newWorld()
  const alice = world.person('alice')
  const repository = protectedRepository(alice)
  const [own, named] = [
    path.join(alice.home, '.config/gitward/identity.txt'),
    path.join(world.root, 'of somebody'),
  ]
  copyFileSync(own, named)
  chmodSync(named, 0o644)
  alice.git(repository, 'config', '--unset', 'filter.gitward.clean')
  const env = { GITWARD_IDENTITY_FILE: named }
  alice.run(repository, 'gitward', ['doctor', '--fix'], { env })
  expect(findings(alice, repository, env)).toMatchObject([
    { check: 'identity', level: 'warn', what: `${named} can be read by others` },
  ])
  expect(statSync(named).mode & 0o777).toBe(0o644)
  alice.git(repository, 'config', '--unset', 'filter.gitward.clean')
  rmSync(own)
  symlinkSync('/proc/self/status', own) // no mode of it can change
  const refused = alice.tryGitward(repository, 'doctor', '--fix')
  expect([refused.status, refused.stderr]).toEqual([
    5,
    expect.stringMatching(`^gitward: cannot keep ${own} from others: E[A-Z]+\n  try: ls -ld '${own}'\n$`),
  ])
  expect(alice.git(repository, 'config', 'filter.gitward.clean').stdout).not.toBe('')
})

it('names the locks that a killed rewrap left, and no lock that somebody holds', () => {
  const alice = newWorld().person('alice')
  const repository = protectedRepository(alice)
  const [stale, half, held] = ['a.lock', 'b.lock-999999999', 'c.lock'].map(each => `m/.gitward-${each}`)
  write(repository, stale!, '999999999 1')
  write(repository, half!, '999999999 1')
  write(repository, held!, `${process.pid} `)
  expect(findings(alice, repository)).toEqual([
    {
      check: 'leftovers',
      level: 'warn',
      what: `${stale}, ${half}: left by a gitward that was killed`,
      mend: `rm -- ${stale} ${half}`,
    },
  ])
})

it('fails once git holds what a killed gitward left, and says how to take it out', () => {
  const alice = newWorld().person('alice')
  const repository = protectedRepository(alice)
  const name = 'a b/.gitward-999999999-0123abcd.tmp'
  write(repository, name, 'weights in plain')
  alice.git(repository, 'add', '-A')
  const [found, ...others] = findings(alice, repository)
  expect(found).toEqual({
    check: 'leftovers',
    level: 'fail',
    what: `git holds ${name}: left by a gitward that was killed, and may hold plaintext`,
    mend: `git rm -f -- '${name}'`,
  })
  expect(others).toEqual([])
  alice.run(repository, 'sh', ['-c', found!.mend!])
  expect(findings(alice, repository)).toEqual([])
})

it('names the files, settings and history that stand in the way', () => {
  const alice = newWorld().person('alice')
  const repository = protectedRepository(alice)
  const sealed = alice.git(repository, 'rev-parse', ':secrets/a.txt').stdout.trim()
  write(repository, 'plain', 'a secret\n')
  const plain = alice.git(repository, 'hash-object', '-w', '--no-filters', 'plain').stdout.trim()
  write(repository, 'secrets/.gitattributes', 'a.txt !filter\n')
  symlinkSync('a.txt', path.join(repository, 'secrets/link'))
  alice.git(repository, 'add', 'secrets')
  alice.git(repository, 'update-index', '--add', '--cacheinfo', `100644,${plain},secrets/plain`)
  alice.git(repository, 'update-index', '--add', '--cacheinfo', `100644,${sealed},elsewhere`)
  write(repository, '.github/workflows/ci.yml', 'on: push\n')
  write(repository, 'secrets/.gitward-999999999-0123abcd.tmp', '')
  write(repository, '.git/shallow', alice.git(repository, 'rev-parse', 'HEAD').stdout)
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'filter.gitward.required',
    GIT_CONFIG_VALUE_0: 'false',
  }
  const found = findings(alice, repository, env)
  expect(only(found)).toEqual({
    overrides: {
      check: 'overrides',
      level: 'fail',
      what: 'another config changes filter.gitward.required: git would not do what this clone says',
      mend: 'git config --show-origin --get-all filter.gitward.required',
    },
    'attributes-reach': {
      check: 'attributes-reach',
      level: 'fail',
      what: 'other attributes keep git from encrypting, or from keeping the bytes of, secrets/a.txt',
      mend: 'git check-attr -a -- secrets/a.txt',
    },
    symlinks: {
      check: 'symlinks',
      level: 'fail',
      what: 'secrets/link: git never encrypts a symbolic link',
      mend: 'put a file there, or: git rm --cached -- secrets/link',
    },
    sealed: {
      check: 'sealed',
      level: 'fail',
      what: 'the index holds plaintext of secrets/plain',
      mend: "gitward unlock && git add --renormalize 'secrets/plain'",
    },
    ci: {
      check: 'ci',
      level: 'warn',
      what: 'no CI file here names gitward: nobody sees what a clone without it pushes',
      mend: 'gitward init --ci github',
    },
    history: {
      check: 'history',
      level: 'warn',
      what: 'this clone is shallow: check --range may lack commits, and protect cannot see plaintext in old ones',
      mend: 'git fetch --unshallow',
    },
    leftovers: {
      check: 'leftovers',
      level: 'warn',
      what: 'secrets/.gitward-999999999-0123abcd.tmp: left by a gitward that was killed, and may hold plaintext',
      mend: 'rm -- secrets/.gitward-999999999-0123abcd.tmp',
    },
  })
  expect(found.findLast(({ check }) => check === 'sealed')).toMatchObject({
    level: 'fail',
    what: 'ciphertext stands outside protection: elsewhere',
  })
})

it('finds nothing where protect was typed and nothing is staged yet', () => {
  const alice = newWorld().person('alice')
  const repository = protectedRepository(alice)
  write(repository, 'later.txt', 'plain so far\n')
  alice.commit(repository)
  alice.gitward(repository, 'protect', '--whole', 'later.txt')
  expect(findings(alice, repository)).toEqual([])
})

it('compares the epoch keys here with those that this machine trusts', () => {
  const alice = newWorld().person('alice')
  const repository = protectedRepository(alice)
  const folder = path.join(repository, '.gitward/keys/default')
  const [first] = readdirSync(folder)
  const history = 'git log --all -- .gitward/keys/default'
  const epochs = () => only(findings(alice, repository))['epochs']
  writeFileSync(path.join(folder, '2-0123456789abcdef.age'), read(folder, first!))
  expect(epochs()).toMatchObject({
    level: 'warn',
    what: 'epoch 2 of scope default is new: nothing is sealed before this',
    mend: 'gitward unlock',
  })
  const trust = path.join(repository, '.git/gitward/trust.json')
  const text = read(repository, '.git/gitward/trust.json').toString()
  rmSync(path.join(folder, '2-0123456789abcdef.age'))
  writeFileSync(trust, text.replace('"default":{', `"default":{"2":"${'0'.repeat(64)}",`))
  expect(epochs()).toMatchObject({
    level: 'warn',
    what: 'this branch lacks epoch 2 of scope default: merge one that has it',
    mend: history,
  })
  writeFileSync(trust, text)
  renameSync(path.join(folder, first!), path.join(folder, '1-0123456789abcdef.age'))
  expect(epochs()).toMatchObject({
    level: 'fail',
    what: 'epoch 1 of scope default is not the key that this machine trusts',
    mend: history,
  })
  mkdirSync(path.join(repository, '.gitward/keys/other'))
  writeFileSync(path.join(repository, '.gitward/keys/other/1-0123456789abcdef.age'), '')
  expect(only(findings(alice, repository))['keys']).toMatchObject({
    level: 'fail',
    what: 'one key stands under two scopes, default and other',
  })
})

it('sees an old git, and a folder that cannot be written', () => {
  const world = newWorld()
  const alice = world.person('alice')
  const repository = protectedRepository(alice)
  const bin = path.join(world.root, 'old git')
  const git = alice.run(repository, 'sh', ['-c', 'command -v git']).stdout.trim()
  write(bin, 'git', `#!/bin/sh\ntest "$1" = --version && echo git version 2.30.9 && exit\nexec ${git} "$@"\n`)
  chmodSync(path.join(bin, 'git'), 0o755)
  const env = { PATH: `${bin}:${alice.env['PATH']}` }
  expect(only(findings(alice, repository, env))['git']).toMatchObject({
    level: 'fail',
    what: 'git 2.30 is older than 2.31',
    mend: 'install a newer git',
  })
  const state = path.join(repository, '.git/gitward')
  chmodSync(state, 0o500)
  const { stdout, status } = bound(alice, repository, 'gitward', 'doctor')
  chmodSync(state, 0o700)
  expect(status).toBe(0)
  expect(stdout).toContain(
    `WARN  ${state} cannot be written (EACCES): unlock, lock, protect and set would refuse\n      try: ls -ld '${state}'\n`,
  )
})
