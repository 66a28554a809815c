import {
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sample } from '../tools/arbitraries.ts'
import { bound } from './support/bound.ts'
import { flipped } from './support/envelopes.ts'
import { stageBlob } from './support/history.ts'
import { identityFile, identityOf } from './support/members.ts'
import { atTerminal } from './support/terminal.ts'
import { protectedRepository, read, recipientOf, sharedWorld, write } from './support/world.ts'

const SALT_AT = (slotBytes: number) => 24 + 2 * slotBytes
const world = sharedWorld()
const [ann, bob, eve] = ['ann', 'bob', 'eve'].map(name => world.person(name))
const classic = 'identity-classic.txt'
let annKey: string
let bobKey: string
let folder: string
let count = 0

beforeAll(() => {
  annKey = recipientOf(ann!, '--classic')
  bobKey = recipientOf(bob!, '--classic')
  recipientOf(eve!, '--classic')
})

beforeEach(() => {
  folder = path.join(world.root, `outside any repository ${++count}`)
  write(folder, 'model.bin', Buffer.from(sample(100_000)))
})

const plaintext = () => Buffer.from(sample(100_000))
const slotBytes = (file = 'model.bin.gitward') => read(folder, file).readUInt32BE(20)
const seal = (...args: string[]) => ann!.gitward(folder, 'encrypt', 'model.bin', ...args)
const opens = (person = ann!, file = 'model.bin.gitward') => {
  const { status, bytes } = person.tryGitward(folder, 'decrypt', file, '-o', '-')
  return status === 0 && bytes.equals(plaintext())
}

/** The age file of each slot: read by SPEC, not by gitward. */
function ageFiles(bytes: Buffer): Buffer[] {
  const size = bytes.readUInt32BE(20)
  return [24, 24 + size].map(at => bytes.subarray(at + 12, at + 12 + bytes.readUInt32BE(at + 8)))
}

describe('a portable file', () => {
  it('opens for each of its recipients and nobody else, outside any repository', () => {
    expect(seal('-r', annKey, '-r', bobKey).stderr).toBe('wrote model.bin.gitward\n')
    expect([ann!, bob!, eve!].map(person => opens(person))).toEqual([true, true, false])
    expect(eve!.tryGitward(folder, 'decrypt', 'model.bin.gitward', '-o', 'x')).toMatchObject({
      status: 3,
      stdout: '',
      stderr:
        'gitward: model.bin.gitward: no identity opens it (tried your identity-classic.txt)\n  try: gitward decrypt model.bin.gitward --identity FILE\n',
    })
    expect(readdirSync(folder).sort()).toEqual(['model.bin', 'model.bin.gitward'])
  })

  it('is sealed under a new key each time', () => {
    seal('-r', annKey, '-o', 'a')
    seal('-r', annKey, '-o', 'b')
    const tails = ['a', 'b'].map(file => read(folder, file).subarray(SALT_AT(slotBytes(file))))
    expect(tails[0]!.equals(tails[1]!)).toBe(false)
  })

  it.each(['identity', 'GITWARD_IDENTITY', 'GITWARD_IDENTITY_FILE'])('opens with %s', source => {
    seal('-r', annKey)
    const file = identityFile(ann!, classic)
    const env = { GITWARD_IDENTITY: identityOf(ann!, classic), GITWARD_IDENTITY_FILE: file }
    const given = source in env ? { [source]: env[source as keyof typeof env] } : {}
    const args = source === 'identity' ? ['--identity', file] : []
    const opened = eve!.run(folder, 'gitward', ['decrypt', 'model.bin.gitward', '-o', '-', ...args], {
      env: given,
    })
    expect(opened.bytes.equals(plaintext())).toBe(true)
  })

  it('takes recipients from a file, and post-quantum ones', () => {
    write(folder, 'team.txt', `# ann\n${recipientOf(ann!)}\n\n# bob\n${recipientOf(bob!)}\n`)
    seal('-R', 'team.txt')
    expect([opens(), opens(bob)]).toEqual([true, true])
    expect(ann!.gitward(folder, 'inspect', 'model.bin.gitward').stdout).toContain('2 × post-quantum hybrid')
  })

  it.each([0, 1, 16_383, 16_384, 16_385])('of %i bytes comes back, through files and pipes', length => {
    write(folder, 'x', Buffer.from(sample(length)))
    ann!.gitward(folder, 'encrypt', 'x', '-r', annKey)
    ann!.gitward(folder, 'decrypt', 'x.gitward', '-o', 'y')
    expect(read(folder, 'y').equals(read(folder, 'x'))).toBe(true)
    const piped = ann!.run(folder, 'sh', [
      '-c',
      `gitward encrypt - -r ${annKey} < x | gitward decrypt - | cmp - x`,
    ])
    expect(piped.status).toBe(0)
  })

  it.skipIf(!canRunAge())('holds an age file that age opens: the data key, then the recipients', () => {
    seal('-r', annKey, '-r', bobKey)
    for (const age of ageFiles(read(folder, 'model.bin.gitward'))) {
      const opened = ann!.run(folder, 'age', ['-d', '-i', identityFile(ann!, classic)], { input: age }).bytes
      expect(opened.subarray(32).toString()).toBe(`${annKey}\n${bobKey}\n`)
    }
  })

  it.each<[string, string[], number, string]>([
    [
      'a mistyped recipient',
      ['-r', 'age1qqqqqqqqqqqqqqqqqqqqqqqqq'],
      2,
      "check recipient 1's key for a typing error",
    ],
    ['a recipients file without one', ['-R', 'model.txt'], 2, 'model.txt holds no recipient'],
    ['a passphrase beside a recipient', ['-r', 'age1', '--passphrase'], 2, 'a passphrase stands alone'],
    ['a passphrase that nobody can type', ['--passphrase'], 3, 'a passphrase is typed at a terminal'],
    ['json', ['-r', 'age1', '--format', 'json'], 2, 'portable files are binary'],
    ['a scope', ['-r', 'age1', '--scope', 'prod'], 2, '--scope is for the keys of a repository'],
    ['no such number of threads', ['-r', 'age1', '--jobs', '0'], 2, '--jobs is a number from 1 to 64'],
  ])('%s is refused', (_, args, status, message) => {
    write(folder, 'model.txt', '# nobody\n')
    const refused = ann!.tryGitward(folder, 'encrypt', 'model.bin', ...args)
    expect(refused).toMatchObject({ status, stdout: '' })
    expect(refused.stderr).toContain(message)
    expect(readdirSync(folder).sort()).toEqual(['model.bin', 'model.txt'])
  })

  it('of mixed classes is refused', () => {
    const refused = ann!.tryGitward(folder, 'encrypt', 'model.bin', '-r', annKey, '-r', recipientOf(ann!))
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('the file would mix post-quantum and classic recipients')
  })

  it('without an identity exits 3 and says where it looked', () => {
    seal('-r', annKey)
    const refused = world.person('nobody').tryGitward(folder, 'decrypt', 'model.bin.gitward', '-o', '-')
    expect(refused).toMatchObject({ status: 3, stdout: '' })
    expect(refused.stderr).toContain(
      'no identity found (looked in GITWARD_IDENTITY, GITWARD_IDENTITY_FILE, your identity.txt, your identity-classic.txt)',
    )
  })
})

describe('a passphrase', () => {
  it('is asked for twice at a terminal, never shown, and opens the file', () => {
    const sealed = atTerminal(
      ann!,
      folder,
      ['six words', 'six words'],
      'encrypt',
      'model.bin',
      '--passphrase',
    )
    expect(sealed.status).toBe(0)
    const wrong = atTerminal(eve!, folder, ['seven words'], 'decrypt', 'model.bin.gitward', '-o', 'x')
    expect(wrong.status).toBe(4)
    expect(wrong.stdout).toContain('this is not its passphrase')
    const opened = atTerminal(eve!, folder, ['six words'], 'decrypt', 'model.bin.gitward', '-o', 'y')
    expect(opened.status).toBe(0)
    expect(read(folder, 'y').equals(plaintext())).toBe(true)
    for (const { stdout } of [sealed, wrong, opened]) expect(stdout).not.toContain('words')
    const silent = eve!.tryGitward(folder, 'decrypt', 'model.bin.gitward', '-o', 'z')
    expect(silent.status).toBe(3)
    expect(silent.stderr).toContain('opens with a passphrase, which is typed at a terminal')
    const refused = atTerminal(ann!, folder, ['six words'], 'rewrap', 'model.bin.gitward', '--add', annKey)
    expect(refused.stdout).toContain('opens with a passphrase, which stands alone')
  })

  it('typed differently the second time seals nothing', () => {
    const sealed = atTerminal(ann!, folder, ['one', 'two'], 'encrypt', 'model.bin', '--passphrase')
    expect(sealed.status).toBe(2)
    expect(sealed.stdout).toContain('the two passphrases differ')
    expect(readdirSync(folder)).toEqual(['model.bin'])
  })
})

describe('rewrap', () => {
  beforeEach(() => {
    seal('-r', annKey)
  })
  const rewrap = (...args: string[]) => ann!.tryGitward(folder, 'rewrap', 'model.bin.gitward', ...args)
  const LOCK = '.gitward-model.bin.gitward.lock'
  const unlocked = (why: string) =>
    `gitward: ${why}; let nobody else rewrap it now\nmodel.bin.gitward: 2 recipients now\n`
  const tail = () => read(folder, 'model.bin.gitward').subarray(SALT_AT(slotBytes()))

  it('adds and removes a recipient, and touches nothing but the keyslots', () => {
    const [before, { ino }] = [tail(), statSync(path.join(folder, 'model.bin.gitward'))]
    expect(rewrap('--add', bobKey).stderr).toBe('model.bin.gitward: 2 recipients now\n')
    expect([ann!, bob!, eve!].map(person => opens(person))).toEqual([true, true, false])
    expect(rewrap('--remove', annKey).stderr).toBe(
      'model.bin.gitward: 1 recipient now\nwhoever was removed can still open every copy from before: share those no more\n',
    )
    expect([ann!, bob!].map(person => opens(person))).toEqual([false, true])
    expect(tail().equals(before)).toBe(true)
    expect(statSync(path.join(folder, 'model.bin.gitward')).ino).toBe(ino)
    expect(read(folder, 'model.bin.gitward').readBigUInt64BE(24)).toBe(3n)
  })

  it.each<[string, () => string[], number, string]>([
    ['nothing', () => [], 2, 'say who with --add or --remove'],
    ['who is there', () => ['--add', annKey], 2, 'is a recipient already'],
    ['who is not', () => ['--remove', bobKey], 2, 'is no recipient'],
    ['the last one', () => ['--remove', annKey], 2, 'nobody could open it any more'],
    ['the other class', () => ['--add', recipientOf(bob!)], 2, 'would mix post-quantum and classic'],
  ])('of %s is refused and writes nothing', (_, args, status, message) => {
    const before = read(folder, 'model.bin.gitward')
    const refused = rewrap(...args())
    expect(refused.status).toBe(status)
    expect(refused.stderr).toContain(message)
    expect(read(folder, 'model.bin.gitward').equals(before)).toBe(true)
  })

  it('of what does not fit writes the file anew, through a link, too', async () => {
    const identities = await Promise.all(Array.from({ length: 90 }, generateX25519Identity))
    const many = await Promise.all(identities.map(identityToRecipient))
    const before = tail()
    symlinkSync('model.bin.gitward', path.join(folder, 'link'))
    const grown = ann!.tryGitward(folder, 'rewrap', 'link', ...many.flatMap(each => ['--add', each]))
    expect(grown.stderr).toContain('written anew')
    expect(slotBytes()).toBeGreaterThan(8192)
    expect(tail().equals(before)).toBe(true)
    expect(opens()).toBe(true)
    expect(lstatSync(path.join(folder, 'link')).isSymbolicLink()).toBe(true)
  })

  it('in a folder that is closed to it writes the keyslots, without a lock, and says so', () => {
    chmodSync(folder, 0o555)
    const done = bound(ann!, folder, 'gitward', 'rewrap', 'model.bin.gitward', '--add', bobKey)
    chmodSync(folder, 0o755)
    expect(done).toMatchObject({
      status: 0,
      stderr: unlocked(`cannot lock ${path.join(folder, LOCK)}: EACCES`),
    })
    expect(opens(bob)).toBe(true)
  })

  it('goes on without a lock where somebody left one that it may not read', () => {
    const lock = path.join(folder, LOCK)
    writeFileSync(lock, '999999999 ', { mode: 0 })
    const done = bound(ann!, folder, 'gitward', 'rewrap', 'model.bin.gitward', '--add', bobKey)
    expect(done).toMatchObject({ status: 0, stderr: unlocked(`cannot read ${lock}: EACCES`) })
    rmSync(lock)
    expect(opens(bob)).toBe(true)
  })

  it('refuses keyslots of another file', () => {
    const own = read(folder, 'model.bin.gitward')
    seal('-r', annKey, '-o', 'other')
    const swapped = Buffer.concat([read(folder, 'other').subarray(0, SALT_AT(slotBytes())), tail()])
    write(folder, 'model.bin.gitward', swapped)
    expect(rewrap('--add', bobKey)).toMatchObject({ status: 4 })
    expect(read(folder, 'model.bin.gitward').equals(swapped)).toBe(true)
    write(folder, 'model.bin.gitward', own)
  })

  it('is refused by a repository file', () => {
    const repository = ann!.newRepository('with a key')
    ann!.gitward(repository, 'init')
    write(repository, 'x', 'x')
    ann!.gitward(repository, 'encrypt', 'x')
    const refused = ann!.tryGitward(repository, 'rewrap', 'x.gitward', '--add', bobKey)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('x.gitward is no portable file')
  })

  it('killed at any moment leaves a file that opens', { timeout: 240_000 }, async () => {
    for (let round = 0; round < 12; round++) {
      const child = ann!.start(
        folder,
        'gitward',
        'rewrap',
        'model.bin.gitward',
        round % 2 ? '--remove' : '--add',
        bobKey,
      )
      const ended = new Promise(resolve => child.once('close', resolve))
      child.stderr?.resume()
      const before = headOf(path.join(folder, 'model.bin.gitward'))
      if (round < 6) await setTimeout(150 + 40 * round)
      else
        while (child.exitCode === null && headOf(path.join(folder, 'model.bin.gitward')).equals(before))
          await setTimeout(0)
      if (child.exitCode === null) child.kill('SIGKILL')
      await ended
      expect(opens()).toBe(true)
    }
    rewrap('--add', bobKey) // takes over the lock that the last one may have left
    expect(opens()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['model.bin', 'model.bin.gitward'])
  })

  /** The keyslots as they stand. */
  function headOf(file: string): Buffer {
    const head = Buffer.alloc(24 + 2 * 8192)
    const fd = openSync(file, 'r')
    readSync(fd, head, 0, head.length, 0)
    closeSync(fd)
    return head
  }
})

describe('damage', () => {
  beforeEach(() => {
    write(folder, 'model.bin', Buffer.from(sample(20_000)))
    seal('-r', annKey)
  })
  const run = (verb: string) =>
    ann!.tryGitward(folder, verb, 'bad.gitward', ...(verb === 'decrypt' ? ['-o', 'out'] : []))

  it.each<[string, (good: Buffer, slot: number) => Buffer]>([
    ['the version', good => flipped(good, 8)],
    ['the suite', good => flipped(good, 9)],
    ['reserved flags', good => flipped(good, 10)],
    ['the flags of a repository file', good => flipped(good, 11)],
    ['the kid', good => flipped(good, 12)],
    ['the slot size', good => flipped(good, 22)],
    ['both slots', (good, slot) => flipped(flipped(good, 30), 30 + slot)],
    ['the salt', (good, slot) => flipped(good, SALT_AT(slot))],
    ['the commitment', (good, slot) => flipped(good, SALT_AT(slot) + 24)],
    ['the first chunk', (good, slot) => flipped(good, SALT_AT(slot) + 56)],
    ['the last tag', good => flipped(good, -1)],
    ['a cut end', good => good.subarray(0, -1)],
    ['a cut chunk', good => good.subarray(0, -3632)],
    ['an end in the keyslots', good => good.subarray(0, 5000)],
    ['an end in the header', good => good.subarray(0, 15)],
    ['junk at the end', good => Buffer.concat([good, Buffer.of(0)])],
  ])('of %s is exit 4 and leaves no output', (_, damage) => {
    write(folder, 'bad.gitward', damage(read(folder, 'model.bin.gitward'), slotBytes()))
    for (const verb of ['decrypt', 'verify']) {
      const refused = run(verb)
      expect([verb, refused.status, refused.stdout]).toEqual([verb, 4, ''])
      expect(refused.stderr).toMatch(/^gitward: bad\.gitward: /)
    }
    expect(readdirSync(folder).sort()).toEqual(['bad.gitward', 'model.bin', 'model.bin.gitward'])
  })

  it('hints at where the file came from, whatever is done with it', () => {
    write(folder, 'bad.gitward', flipped(read(folder, 'model.bin.gitward'), -1))
    const hints = [['decrypt', '-o', 'out'], ['decrypt', '-o', '-'], ['verify']].map(([verb, ...options]) =>
      ann!
        .tryGitward(folder, verb!, 'bad.gitward', ...options)
        .stderr.split('\n')
        .at(-2),
    )
    const piped = { input: read(folder, 'bad.gitward'), mayFail: true }
    hints.push(ann!.run(folder, 'gitward', ['decrypt', '-'], piped).stderr.split('\n').at(-2))
    expect(new Set(hints)).toEqual(new Set(['  try: fetch it again from where it came from']))
  })

  it('of one slot does no harm', () => {
    const good = read(folder, 'model.bin.gitward')
    for (const at of [30, 30 + slotBytes()]) {
      write(folder, 'bad.gitward', flipped(good, at))
      expect(run('verify').status).toBe(0)
    }
  })
})

describe('in a repository', () => {
  it('filter and check refuse a portable file inside a protected path', () => {
    const repository = protectedRepository(ann!, 'protected')
    seal('-r', annKey, '-o', path.join(repository, 'secrets/model'))
    const refused = ann!.tryGit(repository, 'add', 'secrets/model')
    expect(refused.status).toBe(128)
    expect(refused.stderr).toContain('a portable envelope cannot stand in a protected path')
    const [, hint] = /try: (gitward decrypt .*)\n/.exec(refused.stderr)!
    const sealed = read(repository, 'secrets/model')
    expect(ann!.run(repository, 'sh', ['-c', hint!]).status).toBe(0)
    expect(read(repository, 'secrets/model')).toEqual(plaintext())
    ann!.git(repository, 'add', 'secrets/model')
    write(repository, 'secrets/model', sealed)
    stageBlob(ann!, repository, 'secrets/model', read(repository, 'secrets/model'))
    const checked = ann!.tryGitward(repository, 'check', '--staged')
    expect(checked.status).toBe(1)
    expect(checked.stdout).toMatch(/secrets\/model.*\bmalformed\b|\bmalformed\b.*secrets\/model/s)
  })
})

describe('inspect needs no key and knows', () => {
  const nobody = () => world.person('stranger')
  const inspected = (cwd: string, file: string) =>
    JSON.parse(nobody().gitward(cwd, 'inspect', file, '--json').stdout) as Record<string, unknown>

  it('a portable file', () => {
    seal('-r', annKey, '-r', bobKey)
    const bytes = read(folder, 'model.bin.gitward').length
    expect(inspected(folder, 'model.bin.gitward')).toEqual({
      file: 'model.bin.gitward',
      kind: 'portable',
      suite: 'Cobblestone-256',
      recipients: ['X25519', 'X25519'],
      generation: 1,
      plaintextBytes: 100_000,
      bytes,
    })
  })

  it('everything a repository writes', () => {
    const repository = ann!.newRepository('inspected')
    ann!.gitward(repository, 'init')
    ann!.gitward(repository, 'protect', '*.yaml')
    write(repository, 'a.yaml', 'a: one\nb: two\n')
    write(repository, 'x', 'text')
    ann!.commit(repository)
    ann!.gitward(repository, 'encrypt', 'x')
    ann!.gitward(repository, 'encrypt', 'x', '--format', 'json', '-o', 'x.json')
    const values = ann!.git(repository, 'cat-file', 'blob', 'HEAD:a.yaml').bytes
    write(repository, 'values', values)
    write(repository, 'token', `${/gitward:\S+/.exec(values.toString())![0]}\n`)
    const [scope] = readdirSync(path.join(repository, '.gitward/keys'))
    const [epoch] = readdirSync(path.join(repository, '.gitward/keys', scope!))
    const kid = /-(\w{16})/.exec(epoch!)![1]!
    expect(inspected(repository, 'x.gitward')).toMatchObject({
      kind: 'repository',
      kids: [kid],
      plaintextBytes: 4,
    })
    expect(inspected(repository, 'x.json')).toMatchObject({ kind: 'json', kids: [kid], plaintextBytes: 4 })
    expect(inspected(repository, 'values')).toMatchObject({ kind: 'values', kids: [kid], tokens: 2 })
    expect(inspected(repository, 'token')).toMatchObject({ kind: 'token', kids: [kid] })
    expect(inspected(repository, `.gitward/keys/${scope}/${epoch}`)).toMatchObject({
      kind: 'epoch',
      kids: [kid],
      recipients: ['post-quantum hybrid'],
    })
    expect(inspected(repository, 'x')).toMatchObject({ kind: 'plain', bytes: 4 })
    ann!.gitward(repository, 'protect', '--whole', 'x')
    expect(inspected(repository, 'x')).toMatchObject({ kind: 'opened', stored: ':x', bytes: 4 })
    expect(ann!.gitward(repository, 'inspect', 'x').stdout).toContain(
      'kind        opened copy of a protected file: git stores ciphertext\nstored      git cat-file blob :x\n',
    )
  })

  it('what is broken, with exit 4', () => {
    seal('-r', annKey)
    truncateSync(path.join(folder, 'model.bin.gitward'), 1000)
    expect(nobody().tryGitward(folder, 'inspect', 'model.bin.gitward').status).toBe(4)
  })
})

function canRunAge(): boolean {
  const found =
    world.person('probe').run(world.root, 'sh', ['-c', 'command -v age'], { mayFail: true }).status === 0
  if (!found) console.log('skipped: keyslots by age itself, for age is not installed (apt install age)')
  return found
}
