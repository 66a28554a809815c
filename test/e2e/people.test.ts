import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/core/bytes.ts'
import { epochKey } from '../../src/crypto/epoch-key.ts'
import { epochFileName, formatEpochRecord, membersMac } from '../../src/keys/epoch.ts'
import { parseRecipients } from '../../src/keys/recipients.ts'
import { wrap } from '../../src/keys/wrap.ts'
import {
  epochFilesOf,
  filesBelow,
  identityFile,
  givenAway,
  identityOf,
  keyOfFields,
  modeOf,
  newHub,
  openEpochFile,
  payloadFields,
  said,
} from './support/members.ts'
import {
  allObjects,
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
  type Ran,
} from './support/world.ts'

const SECRET = `password: ${'correct horse battery staple '.repeat(3)}\n`

describe('two people', () => {
  const world = sharedWorld()
  const alice = world.person('alice')
  const bob = world.person('bob')
  const outputs: Ran[] = []
  const ward = (person: Person, cwd: string, ...args: string[]): Ran => {
    const ran = person.tryGitward(cwd, ...args)
    outputs.push(ran)
    return ran
  }
  const hub = newHub(world, alice)
  let ours = ''
  let theirs = ''
  let fingerprint = ''

  it('the owner protects, commits and pushes ciphertext', () => {
    ours = alice.clone(hub, 'ours')
    const init = ward(alice, ours, 'init')
    expect(init).toMatchObject({ status: 0, stdout: '' })
    expect(init.stderr).toContain(`made your identity: ${identityFile(alice)} (back it up)\n`)
    expect(init.stderr).toContain('made scope default, epoch 1; its only member is alice\n')
    expect(ward(alice, ours, 'protect', '--whole', 'secrets/**').status).toBe(0)
    write(ours, 'secrets/db.yaml', SECRET)
    write(ours, 'README', 'public\n')
    alice.commit(ours, 'first')
    alice.git(ours, 'push', '-q', 'origin', 'HEAD:main')
    expect(isFileEnvelope(blob(alice, ours, 'HEAD:secrets/db.yaml'))).toBe(true)
  })

  it('a clone without gitward’s setting has ciphertext, and everything else', () => {
    theirs = bob.clone(hub, 'theirs')
    expect(read(theirs, 'secrets/db.yaml')).toEqual(blob(bob, theirs, 'HEAD:secrets/db.yaml'))
    expect(read(theirs, 'README').toString()).toBe('public\n')
    expect(ward(bob, theirs, 'status').stdout).toBe('locked           secrets/db.yaml\n')
  })

  it('unlock without an identity says how to get in', () => {
    const locked = ward(bob, theirs, 'unlock')
    expect(locked).toMatchObject({ status: 3, stdout: '' })
    expect(locked.stderr).toBe(
      'gitward: no key and no identity found (looked in GITWARD_IDENTITY, GITWARD_IDENTITY_FILE, your identity.txt, your identity-classic.txt, GITWARD_KEY, GITWARD_KEY_CMD)\n' +
        '  try: gitward keygen, then ask a member to run: gitward member add NAME RECIPIENT\n',
    )
  })

  it('unlock before being added says whose identity did not fit', () => {
    ward(bob, theirs, 'keygen')
    const locked = ward(bob, theirs, 'unlock')
    expect(locked).toMatchObject({ status: 3, stdout: '' })
    expect(locked.stderr).toBe(
      'gitward: no key of this repository opens (your identity.txt: 1 identity, none is a recipient)\n' +
        '  try: send the output of `gitward keygen` to a member, who runs: gitward member add NAME RECIPIENT\n',
    )
    expect(read(theirs, 'secrets/db.yaml')).toEqual(blob(bob, theirs, 'HEAD:secrets/db.yaml'))
  })

  it('a failed unlock leaves a clone that refuses plaintext and works otherwise', () => {
    write(theirs, 'secrets/new.txt', 'hunter2hunter2\n')
    const added = bob.tryGit(theirs, 'add', 'secrets/new.txt')
    expect(added.status).not.toBe(0)
    expect(added.stderr).toContain('scope default is locked here')
    expect(leaks(bob, theirs, ['hunter2hunter2'])).toEqual([])
    bob.run(theirs, 'rm', ['secrets/new.txt'])
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toBe('')
  })

  it('a member adds the recipient that keygen printed', () => {
    const recipient = ward(bob, bob.home, 'keygen').stdout
    expect(recipient).toMatch(/^age1pq1[a-z0-9]+\n$/)
    const added = ward(alice, ours, 'member', 'add', 'bob', recipient.trim())
    expect(added).toMatchObject({ status: 0, stdout: '' })
    const [epochFile] = epochFilesOf(ours)
    expect(added.stderr).toBe(
      `bob is a member of scope default\nwrote ${epochFile}, .gitward/recipients/default.txt\nnext: git add .gitward && git commit -m "Add bob to default"\n`,
    )
    alice.commit(ours, 'Add bob')
    alice.git(ours, 'push', '-q')
  })

  it('the new member pulls and unlocks to identical bytes, seeing that the fingerprint is new once', () => {
    bob.git(theirs, 'pull', '-q')
    const unlocked = ward(bob, theirs, 'unlock')
    fingerprint = /fingerprint ([0-9a-f]{64})\n/.exec(unlocked.stderr)![1]!
    expect(unlocked).toMatchObject({ status: 0, stdout: '' })
    expect(unlocked.stderr).toBe(
      `unlocked scope default, epoch 1\n  fingerprint ${fingerprint}\n  new on this machine: compare it with a teammate's before you trust it\ndecrypted 1 file\n`,
    )
    expect(read(theirs, 'secrets/db.yaml').toString()).toBe(SECRET)
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toBe('')
    expect(epochFilesOf(theirs)[0]).toContain(`/1-${fingerprint.slice(0, 16)}.age`)
    expect(ward(bob, theirs, 'unlock').stderr).toBe(
      `unlocked scope default, epoch 1\n  fingerprint ${fingerprint}\ndecrypted 0 files\n`,
    )
  })

  it('both make the same blob of the same text', () => {
    for (const [person, repository] of [
      [alice, ours],
      [bob, theirs],
    ] as const) {
      write(repository, 'secrets/same.txt', 'the same value\n')
      person.git(repository, 'add', 'secrets/same.txt')
    }
    expect(blob(alice, ours, ':secrets/same.txt')).toEqual(blob(bob, theirs, ':secrets/same.txt'))
    alice.git(ours, 'rm', '-q', '-f', 'secrets/same.txt')
    bob.git(theirs, 'rm', '-q', '-f', 'secrets/same.txt')
  })

  it('the teammate edits and pushes, the owner pulls', () => {
    write(theirs, 'secrets/db.yaml', `${SECRET}host: db\n`)
    bob.commit(theirs, 'Add the host')
    bob.git(theirs, 'push', '-q')
    alice.git(ours, 'pull', '-q')
    expect(read(ours, 'secrets/db.yaml').toString()).toBe(`${SECRET}host: db\n`)
    expect(leaks(alice, hub, [SECRET, 'correct horse'])).toEqual([])
  })

  it('the state folder is private, and holds no identity', () => {
    for (const repository of [ours, theirs]) {
      const folder = path.join(repository, '.git/gitward')
      expect(modeOf(folder)).toBe('700')
      const files = filesBelow(folder)
      expect(files.map(({ name }) => name).sort()).toEqual(['keyring.json', 'policy-main.json', 'trust.json'])
      expect(files.filter(({ mode }) => mode !== 0o600)).toEqual([])
    }
  })

  it('nobody’s identity is copied into a repository, nor said', () => {
    for (const person of [alice, bob]) {
      const identity = identityOf(person)
      for (const repository of [ours, theirs]) {
        const holding = filesBelow(repository).filter(({ content }) => content.includes(identity))
        expect(holding.map(({ name }) => name)).toEqual([])
        expect(allObjects(person, repository).includes(identity)).toBe(false)
      }
      expect(outputs.filter(each => said(each).includes(identity.slice(20)))).toEqual([])
    }
  })

  it('the epoch key is in the keyring alone, and never said', async () => {
    const fields = await openEpochFile(ours, epochFilesOf(ours)[0]!, identityOf(alice))
    const key = keyOfFields(fields)
    expect(toHex(key.fingerprint)).toBe(fingerprint)
    const forms = [fields.get('key')!, toHex(key.secret), Buffer.from(key.secret).toString('latin1')]
    const holding = (content: Buffer) => forms.some(form => content.includes(Buffer.from(form, 'latin1')))
    for (const repository of [ours, theirs]) {
      const files = filesBelow(repository).filter(({ content }) => holding(content))
      expect(files.map(({ name }) => name)).toEqual(['.git/gitward/keyring.json'])
      expect(holding(allObjects(alice, repository))).toBe(false)
    }
    expect(outputs.filter(each => forms.some(form => said(each).includes(form)))).toEqual([])
  })

  it('lock puts ciphertext back and forgets the key; unlock brings it back', () => {
    expect(ward(bob, theirs, 'lock').stderr).toBe(
      'locked: 1 file encrypted in the work tree, keys forgotten\n',
    )
    expect(isFileEnvelope(read(theirs, 'secrets/db.yaml'))).toBe(true)
    expect(existsSync(path.join(theirs, '.git/gitward/keyring.json'))).toBe(false)
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toBe('')
    expect(ward(bob, theirs, 'unlock').stderr).toBe(
      `unlocked scope default, epoch 1\n  fingerprint ${fingerprint}\ndecrypted 1 file\n`,
    )
    expect(read(theirs, 'secrets/db.yaml').toString()).toBe(`${SECRET}host: db\n`)
  })
})

describe('the fingerprint', () => {
  const world = sharedWorld()
  const alice = world.person('alice')
  const bob = world.person('bob')
  const hub = newHub(world, alice)
  let ours = ''
  let fingerprint = ''

  beforeAll(() => {
    ours = protectedRepository(alice, 'ours')
    alice.gitward(ours, 'member', 'add', 'bob', recipientOf(bob))
    alice.commit(ours, 'Add bob')
    alice.git(ours, 'push', '-q', hub, 'HEAD:main')
    alice.gitward(ours, 'lock')
    fingerprint = JSON.parse(read(ours, '.git/gitward/trust.json').toString()).pins.epochs.default[1]
  })

  it('--expect with another one trusts nothing and decrypts nothing', () => {
    const clone = bob.clone(hub, 'wrong')
    const wrong = fingerprint.replace(/^./, first => (first === '0' ? '1' : '0'))
    const refused = bob.tryGitward(clone, 'unlock', '--expect', wrong)
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(`no epoch key here has the fingerprint ${wrong}`)
    expect(existsSync(path.join(clone, '.git/gitward/trust.json'))).toBe(false)
    expect(existsSync(path.join(clone, '.git/gitward/keyring.json'))).toBe(false)
    expect(isFileEnvelope(read(clone, 'secrets/a.txt'))).toBe(true)
  })

  it('--expect with the right one unlocks', () => {
    const clone = bob.clone(hub, 'right')
    expect(bob.gitward(clone, 'unlock', '--expect', fingerprint).stderr).toContain(fingerprint)
    expect(isFileEnvelope(read(clone, 'secrets/a.txt'))).toBe(false)
  })

  it('--expect with the first half of it is not enough, and with nothing a usage error', () => {
    const clone = bob.clone(hub, 'short')
    expect(bob.tryGitward(clone, 'unlock', '--expect', fingerprint.slice(0, 32)).status).toBe(4)
    expect(bob.tryGitward(clone, 'unlock', '--expect', '').status).toBe(2)
  })

  it('a replaced epoch file is refused where the old key is pinned, until someone vouches for it', async () => {
    const clone = bob.clone(hub, 'pinned')
    bob.gitward(clone, 'unlock')
    const planted = await plantEpoch(clone, 7)
    bob.run(
      clone,
      'rm',
      epochFilesOf(clone).filter(each => each !== planted.file),
    )
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toBe(
      `gitward: epoch 1 of scope default is not the key that this machine trusts: its file was replaced\n` +
        `  try: compare fingerprints with a teammate, then: gitward unlock --expect ${planted.fingerprint}\n`,
    )
    write(clone, 'secrets/b.txt', 'new\n')
    bob.git(clone, 'add', 'secrets/b.txt')
    expect(blob(bob, clone, ':secrets/b.txt').subarray(12, 20).toString('hex')).toBe(fingerprint.slice(0, 16))
    const repinned = bob.gitward(clone, 'unlock', '--expect', planted.fingerprint)
    expect(repinned.stderr).toContain(`fingerprint ${planted.fingerprint}`)
  })

  it('a second file for an epoch is refused', async () => {
    const clone = bob.clone(hub, 'two files')
    await plantEpoch(clone, 8)
    for (const args of [[], ['--expect', fingerprint]]) {
      const refused = bob.tryGitward(clone, 'unlock', ...args)
      expect(refused.status).toBe(4)
      expect(refused.stderr).toContain('epoch 1 of scope default has two keys')
    }
    const doctor = bob.tryGitward(clone, 'doctor')
    expect(doctor.status).toBe(1)
    expect(doctor.stdout).toContain('FAIL  epoch 1 of scope default has two files\n')
  })

  it('an epoch file that was moved or renamed is refused', () => {
    const clone = bob.clone(hub, 'moved')
    const [file] = epochFilesOf(clone)
    const renamed = file!.replace('/1-', '/2-')
    bob.git(clone, 'mv', file!, renamed)
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toMatch(
      /2-[0-9a-f]{16}\.age: the key inside is of .*scope default, epoch 1, not of this place/,
    )
  })

  it('a damaged epoch file is malformed, and named', () => {
    const clone = bob.clone(hub, 'damaged')
    const [file] = epochFilesOf(clone)
    write(clone, file!, read(clone, file!).toString().replace('\n', '\n!'))
    const refused = bob.tryGitward(clone, 'unlock')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(`${file}: the epoch file is damaged: age cannot read it`)
  })

  /** Wraps a stranger's epoch 1 for all members, as anyone with push rights can. */
  async function plantEpoch(
    repository: string,
    seed: number,
  ): Promise<{ file: string; fingerprint: string }> {
    const repo = Buffer.from(
      /^repo: (.+)$/m.exec(read(repository, '.gitward/config.yaml').toString())![1]!.trim(),
      'base64',
    )
    const key = epochKey(new Uint8Array(32).fill(seed), Uint8Array.from(repo))
    const recipients = parseRecipients(
      read(repository, '.gitward/recipients/default.txt').toString(),
      'default',
    )
    const members = membersMac(key, 'default', 1, recipients)
    const record = { repo: key.repo, scope: 'default', epoch: 1, key: key.secret, members, prev: null }
    const file = `.gitward/keys/default/${epochFileName(1, key.kid)}`
    write(repository, file, await wrap(formatEpochRecord(record), recipients))
    return { file, fingerprint: toHex(key.fingerprint) }
  }
})

describe('members', () => {
  const world = sharedWorld()
  const alice = world.person('alice')
  const [bob, carol, eve] = ['bob', 'carol', 'eve'].map(each => world.person(each)) as [
    Person,
    Person,
    Person,
  ]
  const list = '.gitward/recipients/default.txt'
  let repository = ''
  const made = new Map<Person, string>()
  const hybrid = (person: Person): string => {
    if (!made.has(person)) made.set(person, recipientOf(person))
    return made.get(person)!
  }

  beforeAll(() => {
    repository = protectedRepository(alice)
    alice.gitward(repository, 'member', 'add', 'bob', hybrid(bob))
    alice.gitward(repository, 'init', '--scope', 'prod')
    alice.commit(repository, 'Add bob, and prod')
  })

  it('list: scope, name and recipient, as text and as JSON', () => {
    const { stdout } = alice.gitward(repository, 'member', 'list')
    expect(stdout).toBe(
      `default\talice\t${hybrid(alice)}\ndefault\tbob\t${hybrid(bob)}\nprod\talice\t${hybrid(alice)}\n`,
    )
    expect(JSON.parse(alice.gitward(repository, 'member', 'list', '--json').stdout)).toEqual([
      { scope: 'default', name: 'alice', recipient: hybrid(alice) },
      { scope: 'default', name: 'bob', recipient: hybrid(bob) },
      { scope: 'prod', name: 'alice', recipient: hybrid(alice) },
    ])
    expect(alice.gitward(repository, 'member', 'list', '--scope', 'prod').stdout).toBe(
      `prod\talice\t${hybrid(alice)}\n`,
    )
    const unknown = alice.tryGitward(repository, 'member', 'list', '--scope', 'prdo')
    expect(unknown).toMatchObject({ status: 2, stdout: '' })
    expect(unknown.stderr).toContain('this repository has no scope prdo')
  })

  it('list works in a locked clone and without an identity', () => {
    const clone = eve.clone(repository, 'eve looks')
    expect(eve.gitward(clone, 'member', 'list').stdout.split('\n')).toHaveLength(4)
  })

  it.each<[string, (text: string) => string]>([
    ['slipped in', text => `${text}# eve\n${hybrid(eve)}\n`],
    ['put in another’s place', text => text.replace(hybrid(bob), hybrid(eve))],
    ['taken out', text => text.slice(0, text.indexOf('# bob'))],
    ['renamed', text => text.replace('# bob', '# mallory')],
  ])('whoever was %s by hand stops the next change: nobody is let in along with it', (_, edit) => {
    write(repository, list, edit(read(repository, list).toString()))
    const before = alice.git(repository, 'status', '--porcelain').stdout
    const refused = alice.tryGitward(repository, 'member', 'add', 'carol', hybrid(carol))
    const after = alice.git(repository, 'status', '--porcelain').stdout
    const unlocked = alice.gitward(repository, 'unlock')
    alice.git(repository, 'checkout', '-q', '--', '.gitward')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toBe(
      `gitward: ${list} holds recipients that no member added with gitward: they would be let in\n  try: git log -p -- ${list}\n`,
    )
    expect(after).toBe(before)
    expect(unlocked.stderr).toContain(`${list} is not the list that epoch 1 was made for`)
  })

  it('add is refused to those who are no member', () => {
    const clone = bob.clone(repository, 'bob adds')
    const refused = bob.tryGitward(clone, 'member', 'add', 'carol', hybrid(carol), '--scope', 'prod')
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain('you cannot open epoch 1 of scope prod: only its members add members')
    const stranger = eve.clone(repository, 'eve adds')
    expect(eve.tryGitward(stranger, 'member', 'add', 'eve', hybrid(eve)).status).toBe(3)
    expect(eve.git(stranger, 'status', '--porcelain').stdout).toBe('')
  })

  it.each<[string, () => string[], string]>([
    [
      'an unknown scope',
      () => ['carol', hybrid(carol), '--scope', 'nope'],
      'this repository has no scope nope',
    ],
    ['a scope that is a path', () => ['carol', hybrid(carol), '--scope', '../x'], 'a scope name is'],
    ['a name of two lines', () => ['a\nb', hybrid(carol)], 'a member name is'],
    ['someone who is in', () => ['bob', hybrid(bob)], 'bob is a member of scope default already'],
    [
      'someone else’s recipient',
      () => ['carol', hybrid(bob)],
      "this recipient is bob's: scope default has it already",
    ],
    ['no recipient', () => ['carol'], 'a name and at least one recipient are needed'],
    ['a word', () => ['carol', 'carol'], "carol's key is no age recipient"],
    [
      'a typing error',
      () => ['carol', hybrid(carol).replace(/.$/, last => (last === 'q' ? 'p' : 'q'))],
      "check carol's key for a typing error",
    ],
    [
      'a classic recipient',
      () => ['carol', recipientOf(carol, '--classic')],
      'scope default would mix post-quantum and classic recipients',
    ],
  ])('add refuses %s', (_, args, message) => {
    const refused = alice.tryGitward(repository, 'member', 'add', ...args())
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toContain(message)
    expect(alice.git(repository, 'status', '--porcelain').stdout).toBe('')
  })

  it('add refuses an identity and does not repeat it', () => {
    recipientOf(carol)
    const identity = givenAway(carol)
    const refused = alice.tryGitward(repository, 'member', 'add', 'carol', identity)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('is an identity, the private half')
    expect(said(refused)).not.toContain(identity.slice(18, 26))
  })

  it('one member may have several recipients, each said once', () => {
    const second = carol.gitward(carol.home, 'keygen', '-o', 'laptop.txt').stdout.trim()
    alice.gitward(repository, 'member', 'add', 'carol', hybrid(carol), second, second)
    const names = alice.gitward(repository, 'member', 'list', '--scope', 'default').stdout.match(/\t\w+\t/g)
    expect(names).toEqual(['\talice\t', '\tbob\t', '\tcarol\t', '\tcarol\t'])
    alice.git(repository, 'checkout', '-q', '--', '.gitward')
  })

  it('a scope has its own members: the others see which scope stays locked', () => {
    alice.gitward(repository, 'protect', '--whole', 'prod/**', '--scope', 'prod')
    write(repository, 'prod/key.txt', 'prod secret\n')
    alice.commit(repository, 'prod')
    const clone = bob.clone(repository, 'bob reads')
    const unlocked = bob.gitward(clone, 'unlock')
    expect(unlocked.stderr).toContain('scope prod stays locked: you are no member of it\n')
    expect(read(clone, 'secrets/a.txt').toString()).toBe(secretOf('alice'))
    expect(isFileEnvelope(read(clone, 'prod/key.txt'))).toBe(true)
    expect(bob.gitward(clone, 'status').stdout).toBe(
      'locked           prod/key.txt\nsealed           secrets/a.txt\n',
    )
    write(clone, 'prod/new.txt', 'plain\n')
    expect(bob.tryGit(clone, 'add', 'prod/new.txt').stderr).toContain('scope prod is locked here')
    alice.gitward(repository, 'member', 'add', 'bob', hybrid(bob), '--scope', 'prod')
    alice.commit(repository, 'Add bob to prod')
    bob.git(clone, 'pull', '-q')
    bob.gitward(clone, 'unlock')
    expect(read(clone, 'prod/key.txt').toString()).toBe('prod secret\n')
  })
})

describe('a classic scope', () => {
  const world = sharedWorld()
  const alice = world.person('alice')
  const bob = world.person('bob')
  let repository = ''
  const hasAge = canRun('age', '--version')
  if (!hasAge) console.log('skipped: `age -d` on an epoch file, for age is not installed (apt install age)')

  beforeAll(() => {
    repository = alice.newRepository('repo')
    alice.gitward(repository, 'init', '--classic')
    alice.gitward(repository, 'protect', '--whole', 'secrets/**')
    write(repository, 'secrets/a.txt', SECRET)
    alice.gitward(repository, 'member', 'add', 'bob', recipientOf(bob, '--classic'))
    alice.commit(repository)
  })

  it('has X25519 recipients', () => {
    expect(read(repository, '.gitward/recipients/default.txt').toString()).toMatch(
      /^# alice\nage1[a-z0-9]{58}\n# bob\nage1[a-z0-9]{58}\n$/,
    )
    expect(existsSync(identityFile(alice))).toBe(false)
    expect(modeOf(identityFile(alice, 'identity-classic.txt'))).toBe('600')
  })

  it('its members unlock with their classic identities', () => {
    const clone = bob.clone(repository, 'classic clone')
    bob.gitward(clone, 'unlock')
    expect(read(clone, 'secrets/a.txt').toString()).toBe(SECRET)
  })

  it.skipIf(!hasAge)('age opens an epoch file without gitward, and seals one for its recipients', () => {
    const [file] = epochFilesOf(repository)
    const payload = bob.run(repository, 'age', ['-d', '-i', identityFile(bob, 'identity-classic.txt'), file!])
    const key = keyOfFields(payloadFields(payload.stdout))
    expect(payload.stdout).toMatch(
      /^gitward-key\/v1\nrepo \S+\nscope default\nepoch 1\nkey \S+\nmembers \S+\n$/,
    )
    expect(file).toContain(toHex(key.kid))
    const recipients = path.join(repository, '.gitward/recipients/default.txt')
    const sealed = bob.run(repository, 'age', ['-e', '-R', recipients], { input: 'hello' }).bytes
    const opened = bob.run(repository, 'age', ['-d', '-i', identityFile(bob, 'identity-classic.txt')], {
      input: sealed,
    })
    expect(opened.stdout).toBe('hello')
  })

  it('refuses a post-quantum recipient', () => {
    const carol = world.person('carol')
    const refused = alice.tryGitward(repository, 'member', 'add', 'carol', recipientOf(carol))
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain(
      'scope default would mix post-quantum and classic recipients: carol has an age1pq1… key, alice an age1… key\n' +
        '  try: ask for a key of the other class: gitward keygen --classic\n',
    )
  })

  it('stands beside a post-quantum scope in one repository', () => {
    alice.gitward(repository, 'init', '--scope', 'pq')
    expect(alice.gitward(repository, 'member', 'list', '--scope', 'pq').stdout).toMatch(/^pq\talice\tage1pq1/)
    alice.gitward(repository, 'lock')
    const unlocked = alice.gitward(repository, 'unlock')
    expect(unlocked.stderr).toContain('unlocked scope default, epoch 1')
    expect(unlocked.stderr).toContain('unlocked scope pq, epoch 1')
  })
})

describe('keygen', () => {
  const world = sharedWorld()

  it('prints the same recipient again, and keeps its file private', () => {
    const dora = world.person('dora')
    const first = dora.gitward(dora.home, 'keygen')
    const again = dora.gitward(dora.home, 'keygen')
    expect(again.stdout).toBe(first.stdout)
    expect(first.stderr).toContain(`made ${identityFile(dora)}: keep it private and back it up\n`)
    expect(again.stderr).toContain(`${identityFile(dora)} is there already\n`)
    expect([modeOf(identityFile(dora)), modeOf(path.dirname(identityFile(dora)))]).toEqual(['600', '700'])
  })

  it('--classic makes the other file; each holds one class', () => {
    const dora = world.person('dora 2')
    dora.gitward(dora.home, 'keygen')
    expect(dora.gitward(dora.home, 'keygen', '--classic').stdout).toMatch(/^age1[a-z0-9]{58}\n$/)
    const texts = ['identity.txt', 'identity-classic.txt'].map(name =>
      readFileSync(identityFile(dora, name), 'utf8'),
    )
    expect(texts.map(text => text.match(/AGE-SECRET-KEY-(?:PQ-)?/g))).toEqual([
      [['AGE', 'SECRET', 'KEY', 'PQ', ''].join('-')],
      [['AGE', 'SECRET', 'KEY', ''].join('-')],
    ])
  })

  it('-o makes a file anywhere, relative to -C, and refuses a file of the other class', () => {
    const dora = world.person('dora 3')
    dora.run(dora.home, 'mkdir', ['below'])
    const made = dora.gitward(world.root, '-C', path.join(dora.home, 'below'), 'keygen', '-o', 'my id.txt')
    const file = path.join(dora.home, 'below/my id.txt')
    expect(made.stdout).toMatch(/^age1pq1/)
    expect(modeOf(file)).toBe('600')
    expect(existsSync(identityFile(dora))).toBe(false)
    const refused = dora.tryGitward(dora.home, 'keygen', '--classic', '-o', file)
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toContain('holds an identity of the other class')
  })

  it('never overwrites a file that holds something else', () => {
    const dora = world.person('dora 4')
    write(dora.home, 'notes.txt', 'my notes\n')
    const refused = dora.tryGitward(dora.home, 'keygen', '-o', 'notes.txt')
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toContain('notes.txt holds no age identity')
    expect(read(dora.home, 'notes.txt').toString()).toBe('my notes\n')
  })

  it('honours XDG_CONFIG_HOME', () => {
    const dora = world.person('dora 5')
    const config = path.join(dora.home, 'elsewhere')
    dora.run(dora.home, 'gitward', ['keygen'], { env: { XDG_CONFIG_HOME: config } })
    expect(modeOf(path.join(config, 'gitward/identity.txt'))).toBe('600')
  })

  it('a mistyped identity is named, not shown', () => {
    const dora = world.person('dora 6')
    dora.gitward(dora.home, 'keygen')
    const identity = identityOf(dora)
    const text = readFileSync(identityFile(dora), 'utf8')
    const mistyped = identity.slice(0, -1) + (identity.endsWith('Q') ? 'P' : 'Q')
    writeFileSync(identityFile(dora), text.replace(identity, mistyped))
    for (const args of [['keygen'], ['init']]) {
      const refused = dora.tryGitward(dora.newRepository(`mistyped ${args[0]}`), ...args)
      expect(refused.status).toBe(2)
      expect(refused.stderr).toContain(
        'identity.txt: an identity has a typing error, for its checksum is wrong',
      )
      expect(said(refused)).not.toContain(mistyped.slice(20))
    }
  })
})

describe('an identity', () => {
  const world = sharedWorld()
  const alice = world.person('alice')
  const bare = world.person('machine')
  let repository = ''

  beforeAll(() => {
    repository = protectedRepository(alice)
  })

  const unlocks = (name: string, args: string[], env: Record<string, string>) => {
    const clone = bare.clone(repository, name)
    const ran = bare.run(clone, 'gitward', ['unlock', ...args], { env, mayFail: true })
    expect(said(ran)).not.toContain(identityOf(alice).slice(20))
    return { ...ran, text: read(clone, 'secrets/a.txt').toString('latin1') }
  }

  it('named by hand is the only one that is tried', () => {
    const eve = world.person('eve')
    eve.gitward(eve.home, 'keygen')
    const file = identityFile(eve)
    const refused = unlocks('by hand', ['--identity', file], { GITWARD_IDENTITY: identityOf(alice) })
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain(`(${file}: 1 identity, none is a recipient)`)
  })

  it('that cannot be read is an error, not a skip', () => {
    const missing = unlocks('missing', ['--identity', '/nowhere/id.txt'], {})
    expect(missing.status).toBe(5)
    expect(missing.stderr).toContain('cannot read the identity file /nowhere/id.txt')
    const junk = unlocks('junk', [], { GITWARD_IDENTITY: `${identityOf(alice)}x` })
    expect(junk.status).toBe(2)
    expect(junk.stderr).toContain('GITWARD_IDENTITY holds no age identity')
  })

  it('is relative to -C', () => {
    const clone = bare.clone(repository, 'relative')
    write(world.root, 'keys/id.txt', readFileSync(identityFile(alice)))
    const unlocked = bare.gitward(bare.home, '-C', clone, 'unlock', '--identity', '../keys/id.txt')
    expect(unlocked.status).toBe(0)
  })
})

function canRun(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
