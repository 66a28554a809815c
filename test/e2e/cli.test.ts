import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { modeOf, said } from './support/members.ts'
import {
  blob,
  isFileEnvelope,
  protectedRepository,
  read,
  recipientOf,
  sharedWorld,
  write,
  type Person,
  type Ran,
} from './support/world.ts'

const world = sharedWorld()
const alice = world.person('alice')
/** Unlocked, one secret, nothing to commit. */
let repository = ''
/** A clone that nobody unlocked. */
let locked = ''
/** No repository around it. */
let outside = ''

beforeAll(() => {
  repository = protectedRepository(alice, 'repo', 'the secret\n')
  locked = alice.clone(repository, 'locked')
  outside = path.join(world.root, 'outside')
  mkdirSync(outside)
})

describe('exit codes', () => {
  const bob = world.person('bob')
  const tampered = () => {
    const bytes = blob(alice, repository, 'HEAD:secrets/a.txt')
    bytes[bytes.length - 1]! ^= 1
    write(outside, 'tampered.gitward', bytes)
    return path.join(outside, 'tampered.gitward')
  }

  it.each<[number, string, () => Ran]>([
    [0, 'what was asked for is done', () => alice.tryGitward(repository, 'status')],
    [1, 'doctor finds something broken', () => bob.tryGitward(locked, 'doctor')],
    [2, 'a typing error', () => alice.tryGitward(repository, 'status', '--jsno')],
    [2, 'no policy', () => alice.tryGitward(alice.newRepository('no policy'), 'status')],
    [3, 'no key', () => bob.tryGitward(locked, 'unlock')],
    [4, 'tampered bytes', () => alice.tryGitward(repository, 'decrypt', tampered(), '-o', '-')],
    [5, 'no repository', () => alice.tryGitward(outside, 'status')],
    [5, 'no such file', () => alice.tryGitward(repository, 'cat', 'nope')],
  ])('%i: %s', (status, _, run) => {
    const ran = run()
    expect(ran.status).toBe(status)
    // every failure but doctor's, whose lines are data, says one thing and what to type
    const failure = /^gitward: [^\n]+\n {2}try: [^\n]+\n$/
    expect(status <= 1 || failure.test(ran.stderr)).toBe(true)
    expect(status <= 1 || ran.stdout === '').toBe(true)
  })
})

describe('streams', () => {
  it('data is on standard output, words on standard error', () => {
    expect(alice.gitward(repository, 'status')).toMatchObject({
      stdout: 'sealed           secrets/a.txt\n',
      stderr: '',
    })
    expect(alice.gitward(repository, 'cat', 'secrets/a.txt')).toMatchObject({
      stdout: 'the secret\n',
      stderr: '',
    })
    expect(alice.gitward(repository, 'unlock')).toMatchObject({ stdout: '' })
    expect(alice.gitward(repository, 'status', '--help').stdout).toMatch(/^usage: gitward status/)
    expect(alice.gitward(outside, '--help')).toMatchObject({ stderr: '' })
    expect(alice.gitward(outside)).toMatchObject(alice.gitward(outside, 'help'))
    expect(alice.gitward(outside, '--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(alice.gitward(outside, 'help', 'status').stdout).toBe(
      alice.gitward(outside, 'status', '-h').stdout,
    )
  })

  it('-q silences what went well, not what went wrong', () => {
    expect(alice.gitward(repository, 'unlock', '-q')).toMatchObject({ stdout: '', stderr: '' })
    expect(alice.gitward(repository, 'status', '--quiet').stdout).not.toBe('')
    expect(alice.tryGitward(outside, 'status', '-q').stderr).not.toBe('')
  })

  it('status --json and --porcelain are for programs', () => {
    expect(JSON.parse(alice.gitward(repository, 'status', '--json').stdout)).toEqual([
      { path: 'secrets/a.txt', state: 'sealed' },
    ])
    expect(alice.gitward(repository, 'status', '--porcelain').stdout).toBe('sealed\tsecrets/a.txt\0')
    expect(JSON.parse(alice.gitward(locked, 'status', '--json').stdout)).toEqual([
      { path: 'secrets/a.txt', state: 'locked' },
    ])
  })

  it('a reader that stops early is no error', () => {
    const big = path.join(repository, 'big.bin')
    writeFileSync(big, Buffer.alloc(1 << 20))
    const ran = alice.run(repository, 'sh', ['-c', 'gitward cat big.bin | head -c 1'])
    expect(ran.stderr).toBe('')
    rmSync(big)
  })

  it('colour only where it is asked for', () => {
    const failing = (env: Record<string, string>) =>
      alice.run(outside, 'gitward', ['status'], { env, mayFail: true }).stderr
    expect(failing({})).not.toContain('\u001b')
    expect(failing({ FORCE_COLOR: '1' })).toContain('\u001b[31mgitward:\u001b[0m')
    expect(failing({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain('\u001b')
  })
})

describe('finding the place', () => {
  it('-C is where every relative name starts', () => {
    const elsewhere = path.join(world.root, 'elsewhere')
    mkdirSync(elsewhere)
    expect(alice.gitward(elsewhere, '-C', repository, 'cat', 'secrets/a.txt').stdout).toBe('the secret\n')
    expect(alice.gitward(world.root, '-C', 'repo', '-C', 'secrets', 'cat', 'a.txt').stdout).toBe(
      'the secret\n',
    )
    alice.gitward(elsewhere, '-C', repository, 'encrypt', 'README', '-o', '../elsewhere/README.gitward')
    expect(readdirSync(elsewhere)).toEqual(['README.gitward'])
    alice.gitward(elsewhere, '-C', repository, 'decrypt', '../elsewhere/README.gitward')
    expect(read(elsewhere, 'README').toString()).toBe('public\n')
  })

  it.each([[['-C', 'nope', 'status']], [['-C']], [['-C', '']]])('%j is a usage error', args => {
    expect(alice.tryGitward(world.root, ...args)).toMatchObject({ status: 2, stdout: '' })
  })

  it('a subfolder is as good as the root', () => {
    const below = path.join(repository, 'secrets')
    expect(alice.gitward(below, 'status').stdout).toBe('sealed           secrets/a.txt\n')
    expect(alice.gitward(below, 'cat', 'a.txt').stdout).toBe('the secret\n')
    expect(alice.gitward(below, 'doctor').status).toBe(0)
    expect(alice.gitward(below, 'member', 'list').stdout).toMatch(/^default\talice\t/)
  })

  it('git ward is the same program', () => {
    expect(alice.git(repository, 'ward', 'status').stdout).toBe('sealed           secrets/a.txt\n')
    expect(alice.git(repository, '-C', 'secrets', 'ward', 'cat', 'a.txt').stdout).toBe('the secret\n')
  })

  it.each([
    ['stauts', 'unknown command stauts: did you mean status?'],
    ['ENCRYPT', 'unknown command ENCRYPT: did you mean encrypt?'],
    ['frobnicate', 'unknown command frobnicate'],
    ['--verson', 'unknown command --verson'],
  ])('%s is told from a command', (word, message) => {
    expect(alice.tryGitward(outside, word)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `gitward: ${message}\n  try: gitward --help\n`,
    })
  })

  it('words too many are a usage error, here too', () => {
    for (const args of [
      ['--version', 'x'],
      ['--help', 'x'],
      ['lock', 'x'],
      ['policy', 'acept'],
      ['member', 'lst'],
    ])
      expect(alice.tryGitward(repository, ...args)).toMatchObject({ status: 2, stdout: '' })
    expect(alice.tryGitward(repository, 'policy', 'acept').stderr).toContain('did you mean accept?')
    expect(alice.tryGitward(repository, 'member', 'lst').stderr).toContain('did you mean list?')
  })
})

describe('encrypt and decrypt', () => {
  const text = 'name: model\n'
  let folder = ''
  afterAll(() => rmSync(folder, { recursive: true }))
  beforeEach(() => {
    folder = path.join(repository, 'work')
    rmSync(folder, { recursive: true, force: true })
    write(folder, 'model.bin', text)
  })

  it('FILE.gitward and back; nothing is overwritten unless told', () => {
    expect(alice.gitward(folder, 'encrypt', 'model.bin').stderr).toBe('wrote model.bin.gitward\n')
    expect(isFileEnvelope(read(folder, 'model.bin.gitward'))).toBe(true)
    const kept = alice.tryGitward(folder, 'encrypt', 'model.bin')
    expect(kept).toMatchObject({
      status: 2,
      stderr: 'gitward: model.bin.gitward exists\n  try: choose another name with -o, or add --force\n',
    })
    expect(alice.tryGitward(folder, 'decrypt', 'model.bin.gitward').status).toBe(2)
    expect(alice.gitward(folder, 'encrypt', 'model.bin', '--force').status).toBe(0)
    write(folder, 'model.bin', 'overwritten')
    expect(alice.gitward(folder, 'decrypt', 'model.bin.gitward', '--force').stderr).toBe('wrote model.bin\n')
    expect(read(folder, 'model.bin').toString()).toBe(text)
    expect(modeOf(path.join(folder, 'model.bin'))).toBe('600')
    expect(readdirSync(folder).sort()).toEqual(['model.bin', 'model.bin.gitward'])
  })

  it('the same bytes give the same envelope', () => {
    alice.gitward(folder, 'encrypt', 'model.bin', '-o', 'a')
    alice.gitward(folder, 'encrypt', 'model.bin', '-o', 'b')
    expect(read(folder, 'a')).toEqual(read(folder, 'b'))
  })

  it('--format json is one line that any JSON parser reads', () => {
    alice.gitward(folder, 'encrypt', 'model.bin', '--format', 'json', '-o', 'model.json')
    const line = read(folder, 'model.json').toString()
    expect(line).toMatch(/^\{.+\}\n$/)
    expect(Object.keys(JSON.parse(line))).toEqual(['gitward', 'kid', 'nonce', 'ciphertext', 'tag'])
    expect(alice.gitward(folder, 'decrypt', 'model.json', '-o', '-').stdout).toBe(text)
  })

  it('decrypt -o - writes the bytes and nothing else', () => {
    alice.gitward(folder, 'encrypt', 'model.bin')
    expect(alice.gitward(folder, 'decrypt', 'model.bin.gitward', '-o', '-')).toMatchObject({
      stdout: text,
      stderr: '',
    })
  })

  it('an empty file is not sealed under a key of the repository, and none is opened', () => {
    write(folder, 'empty', '')
    write(folder, 'precious', 'as before')
    for (const input of ['empty', '-'])
      for (const format of ['binary', 'json'])
        expect(alice.tryGitward(folder, 'encrypt', input, '--format', format, '-o', 'sealed')).toMatchObject({
          status: 2,
          stderr: expect.stringMatching(
            / is empty: only a portable file can say so\n {2}try: gitward encrypt /,
          ),
        })
    for (const args of [
      ['decrypt', 'empty', '-o', 'precious', '--force'],
      ['decrypt', 'empty', '-o', '-'],
      ['decrypt', '-', '-o', 'precious', '--force'],
      ['verify', 'empty'],
    ])
      expect(alice.tryGitward(folder, ...args)).toMatchObject({
        status: 4,
        stdout: '',
        stderr: expect.stringContaining(
          ' is empty: it was cut short, or never encrypted\n  try: fetch it again',
        ),
      })
    expect(read(folder, 'precious').toString()).toBe('as before')
    expect(existsSync(path.join(folder, 'sealed'))).toBe(false)
  })

  it.each<[string, string[], number, string]>([
    ['a missing file', ['encrypt', 'nope'], 5, 'cannot read nope: ENOENT'],
    ['a folder', ['encrypt', '.'], 5, 'cannot read .: EISDIR'],
    ['a folder that is not there', ['encrypt', 'model.bin', '-o', 'no/such/x'], 5, 'cannot write'],
    [
      'what is not encrypted',
      ['decrypt', 'model.bin', '-o', 'x'],
      2,
      'model.bin is not encrypted by gitward',
    ],
    [
      'a name without .gitward',
      ['decrypt', 'model.bin'],
      2,
      'model.bin does not end in .gitward: say where to write',
    ],
    ['an unknown scope', ['encrypt', 'model.bin', '--scope', 'nope'], 2, 'this repository has no scope nope'],
    ['an unknown format', ['encrypt', 'model.bin', '--format', 'xml'], 2, '--format is one of binary, json'],
  ])('%s is refused', (_, args, status, message) => {
    const refused = alice.tryGitward(folder, ...args)
    expect(refused).toMatchObject({ status, stdout: '' })
    expect(refused.stderr).toContain(message)
    expect(readdirSync(folder)).toEqual(['model.bin'])
  })

  it('what is encrypted already is not encrypted again', () => {
    alice.gitward(folder, 'encrypt', 'model.bin')
    const refused = alice.tryGitward(folder, 'encrypt', 'model.bin.gitward')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('model.bin.gitward is encrypted already')
  })

  it('a damaged envelope leaves no output', () => {
    alice.gitward(folder, 'encrypt', 'model.bin')
    const envelope = read(folder, 'model.bin.gitward')
    const damages: [string, Buffer, string][] = [
      [
        'flipped',
        Buffer.from(envelope.map((byte, i) => (i === envelope.length - 1 ? byte ^ 1 : byte))),
        'was changed',
      ],
      ['cut', envelope.subarray(0, 60), ''],
      ['version 2', Buffer.from(envelope.map((byte, i) => (i === 8 ? 2 : byte))), 'version'],
      [
        'other key',
        Buffer.from(envelope.map((byte, i) => (i === 12 ? byte ^ 1 : byte))),
        'its key is not one of this repository',
      ],
    ]
    for (const [name, bytes, message] of damages) {
      write(folder, `${name}.gitward`, bytes)
      const refused = alice.tryGitward(folder, 'decrypt', `${name}.gitward`)
      expect(refused).toMatchObject({ status: 4, stdout: '' })
      expect(refused.stderr).toContain(`${name}.gitward: `)
      expect(refused.stderr).toContain(message)
      expect(existsSync(path.join(folder, name))).toBe(false)
    }
  })

  it('without the key, both exit 3', () => {
    alice.gitward(folder, 'encrypt', 'model.bin')
    write(locked, 'x.gitward', read(folder, 'model.bin.gitward'))
    const decrypt = alice.tryGitward(locked, 'decrypt', 'x.gitward')
    const encrypt = alice.tryGitward(locked, 'encrypt', 'README')
    expect([decrypt.status, encrypt.status]).toEqual([3, 3])
    const unlockFirst = 'gitward: x.gitward: scope default is locked here\n  try: gitward unlock\n'
    expect(decrypt.stderr).toBe(unlockFirst)
    expect(alice.tryGitward(locked, 'verify', 'x.gitward').stderr).toBe(unlockFirst)
    rmSync(path.join(locked, 'x.gitward'))
  })

  it('outside a repository there is no key', () => {
    write(outside, 'x', text)
    for (const args of [
      ['encrypt', 'x'],
      ['cat', 'secrets'],
    ])
      expect(alice.tryGitward(outside, ...args).status).toBe(5)
    expect(alice.tryGitward(outside, 'encrypt', 'x').stderr).toContain(
      '-r with the recipient that this prints: gitward keygen',
    )
    write(outside, 'y.gitward', blob(alice, repository, 'HEAD:secrets/a.txt'))
    const y = path.join(outside, 'y.gitward')
    expect(alice.tryGitward(outside, 'decrypt', 'y.gitward')).toMatchObject({
      status: 5,
      stderr:
        "gitward: y.gitward opens with a repository's key, and this is not a git repository\n" +
        `  try: name the repository that it came from: gitward -C REPOSITORY decrypt '${y}'\n`,
    })
    expect(alice.gitward(repository, 'decrypt', path.join(outside, 'y.gitward'), '-o', '-').stdout).toBe(
      'the secret\n',
    )
  })
})

describe('cat', () => {
  it('prints plain files as they are, and encrypted ones opened', () => {
    write(repository, 'copy.txt', Buffer.of(0xff, 0x00))
    expect(alice.gitward(repository, 'cat', 'copy.txt').bytes).toEqual(Buffer.of(0xff, 0x00))
    rmSync(path.join(repository, 'copy.txt'))
    write(repository, 'secrets/a.txt', blob(alice, repository, 'HEAD:secrets/a.txt'))
    expect(alice.gitward(repository, 'cat', 'secrets/a.txt').stdout).toBe('the secret\n')
    alice.git(repository, 'checkout', '-q', '--', 'secrets')
  })

  it('opens nothing that the policy does not protect there', () => {
    write(repository, 'stray.txt', blob(alice, repository, 'HEAD:secrets/a.txt'))
    const refused = alice.tryGitward(repository, 'cat', 'stray.txt')
    expect(refused).toMatchObject({ status: 4, stdout: '' })
    expect(refused.stderr).toBe(
      'gitward: stray.txt: the policy does not let this path open ciphertext of scope default\n  try: gitward decrypt stray.txt -o -\n',
    )
    expect(alice.gitward(repository, 'decrypt', 'stray.txt', '-o', '-').stdout).toBe('the secret\n')
    rmSync(path.join(repository, 'stray.txt'))
  })

  it('locked, it exits 3', () => {
    expect(alice.tryGitward(locked, 'cat', 'secrets/a.txt')).toMatchObject({ status: 3, stdout: '' })
  })
})

describe('doctor', () => {
  it('a healthy repository: OK on every line, exit 0', () => {
    const { stdout, stderr } = alice.gitward(repository, 'doctor')
    expect(stderr).toBe('')
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .filter(line => !line.startsWith('OK    ')),
    ).toEqual([])
  })

  it('a fresh clone: FAIL with the command that mends it, and --fix mends it', () => {
    const bob = world.person('bob the doctor')
    const clone = bob.clone(repository, 'doctored')
    const sick = bob.tryGitward(clone, 'doctor')
    expect(sick.status).toBe(1)
    expect(sick.stdout).toContain('FAIL  this clone lacks filter.gitward.process, ')
    expect(sick.stdout).toContain('WARN  no identity on this machine\n      try: gitward keygen\n')
    expect(sick.stdout).toContain('WARN  locked: default\n      try: gitward unlock\n')
    const mended = bob.gitward(clone, 'doctor', '--fix')
    expect(mended.stdout).not.toContain('FAIL')
    expect(mended.stdout).toContain('WARN  locked: default')
    expect(bob.git(clone, 'config', 'filter.gitward.required').stdout).toBe('true\n')
    expect(bob.git(clone, 'status', '--porcelain').stdout).toBe('')
  })

  it('--json is the same for programs', () => {
    const found = JSON.parse(alice.gitward(repository, 'doctor', '--json').stdout) as {
      level: string
      what: string
    }[]
    expect(new Set(found.map(({ level }) => level))).toEqual(new Set(['ok']))
    expect(found.every(({ what }) => what.length > 0)).toBe(true)
  })

  it.each<[string, (clone: string, person: Person) => void, string, string]>([
    [
      'attributes that fell behind the policy',
      clone => writeFileSync(path.join(clone, '.gitattributes'), ''),
      '.gitattributes does not say what the policy says',
      'gitward doctor --fix',
    ],
    [
      'info/attributes without our block',
      clone => writeFileSync(path.join(clone, '.git/info/attributes'), ''),
      'info/attributes lacks the managed block',
      'gitward doctor --fix',
    ],
    [
      'a state folder that others can read',
      (clone, person) => void person.run(clone, 'chmod', ['755', '.git/gitward']),
      '.git/gitward can be read by others',
      'chmod 700',
    ],
    [
      'a recipients file with a typing error',
      clone => writeFileSync(path.join(clone, '.gitward/recipients/default.txt'), 'hello\n'),
      '.gitward/recipients/default.txt:1: this line is neither',
      'git log -p -- .gitward/recipients/default.txt',
    ],
  ])('finds %s', (_, harm, what, mend) => {
    const clone = alice.clone(repository, `harmed ${what.slice(0, 12).replaceAll('/', ' ')}`)
    alice.gitward(clone, 'unlock')
    harm(clone, alice)
    const sick = alice.tryGitward(clone, 'doctor')
    expect(sick.status).toBe(1)
    expect(sick.stdout).toMatch(
      new RegExp(`^FAIL  .*${what.replaceAll('.', '\\.')}[^\n]*\n      try: ${mend}`, 'm'),
    )
  })

  it('without a policy, exit 2', () => {
    const bare = alice.newRepository('undoctored')
    expect(alice.tryGitward(bare, 'doctor')).toMatchObject({ status: 2, stdout: '' })
  })
})

describe('init', () => {
  it('works without a git identity, and in a repository without a commit', () => {
    const nobody = world.person('nobody')
    writeFileSync(path.join(nobody.home, '.gitconfig'), '')
    const fresh = nobody.newRepository('fresh')
    expect(nobody.gitward(fresh, 'init').stderr).toContain(`its only member is ${userInfo().username}\n`)
    expect(nobody.gitward(fresh, 'member', 'list').stdout).toMatch(
      new RegExp(`^default\t${userInfo().username}\t`),
    )
    expect(nobody.git(fresh, 'status', '--porcelain').stdout).toBe('?? .gitattributes\n?? .gitward/\n')
  })

  it.each([
    ['empty', ''],
    ['of spaces', '   '],
    ['with a tab', 'a\tb'],
    ['too long', 'x'.repeat(101)],
  ])('a user.name that is %s is no member name: the system’s is taken', (what, name) => {
    const odd = world.person(`odd ${what}`)
    const fresh = odd.newRepository(`named ${what}`)
    odd.git(fresh, 'config', 'user.name', name)
    odd.gitward(fresh, 'init')
    expect(odd.gitward(fresh, 'member', 'list').stdout.split('\t')[1]).toBe(userInfo().username)
  })

  it.each([
    ['protect', 'x'],
    ['unprotect', 'x'],
    ['member', 'list'],
    ['status'],
    ['unlock'],
    ['lock'],
    ['doctor'],
  ])('is what %s %s asks for before it', (...args) => {
    const fresh = alice.newRepository(`before init ${args.join(' ')}`)
    const { status, stdout, stderr } = alice.tryGitward(fresh, ...args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^gitward: this repository has no gitward policy.*\n {2}try: gitward init\n$/)
  })

  it('in a subfolder protects the whole repository', () => {
    const fresh = alice.newRepository('from below')
    mkdirSync(path.join(fresh, 'a/b'), { recursive: true })
    alice.gitward(path.join(fresh, 'a/b'), 'init')
    expect(readdirSync(fresh).sort()).toEqual(['.git', '.gitattributes', '.gitward', 'a'])
    expect(readdirSync(path.join(fresh, 'a/b'))).toEqual([])
  })

  it('twice is a usage error that changes nothing', () => {
    const again = alice.tryGitward(repository, 'init')
    expect(again).toMatchObject({
      status: 2,
      stdout: '',
      stderr:
        'gitward: this repository has a scope default already\n  try: in a fresh clone: gitward unlock; for one more scope: gitward init --scope NAME\n',
    })
    expect(alice.git(repository, 'status', '--porcelain').stdout).toBe('')
  })

  it('in a clone points to unlock', () => {
    expect(alice.tryGitward(locked, 'init').stderr).toContain('in a fresh clone: gitward unlock')
  })

  it('a bare repository has nowhere to put it', () => {
    const bare = path.join(world.root, 'bare.git')
    alice.git(world.root, 'init', '-q', '--bare', bare)
    expect(alice.tryGitward(bare, 'init')).toMatchObject({
      status: 5,
      stderr: 'gitward: this is a bare repository: it has no work tree\n  try: git clone . ../worktree\n',
    })
  })

  it('outside git there is nothing to protect', () => {
    expect(alice.tryGitward(outside, 'init')).toMatchObject({
      status: 5,
      stderr: 'gitward: this is not a git repository\n  try: git init\n',
    })
    expect(existsSync(path.join(outside, '.gitward'))).toBe(false)
  })

  it('a .gitward folder of something else is left alone', () => {
    const fresh = alice.newRepository('taken')
    write(fresh, '.gitward/notes', 'mine\n')
    const refused = alice.tryGitward(fresh, 'init')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('.gitward exists and holds no policy')
    expect(readdirSync(fresh).sort()).toEqual(['.git', '.gitward'])
    expect(readdirSync(path.join(fresh, '.gitward'))).toEqual(['notes'])
  })

  it('keeps what .gitattributes says', () => {
    const fresh = alice.newRepository('attributes')
    write(fresh, '.gitattributes', '*.png binary\n')
    alice.gitward(fresh, 'init')
    expect(read(fresh, '.gitattributes').toString().startsWith('*.png binary\n')).toBe(true)
  })

  it('--scope adds a scope with a key of its own', () => {
    const fresh = alice.newRepository('scopes')
    alice.gitward(fresh, 'init')
    const added = alice.gitward(fresh, 'init', '--scope', 'prod')
    expect(added.stderr).toContain('made scope prod, epoch 1; its only member is alice\n')
    expect(added.stderr).not.toContain('configured this clone')
    expect(added.stderr).toContain("next: gitward protect --whole 'models/**' --scope prod\n")
    alice.gitward(fresh, 'protect', '--whole', 'a/**')
    alice.gitward(fresh, 'protect', '--whole', 'b/**', '--scope', 'prod')
    write(fresh, 'a/x', 'same text\n')
    write(fresh, 'b/x', 'same text\n')
    alice.commit(fresh)
    const [a, b] = ['HEAD:a/x', 'HEAD:b/x'].map(each =>
      blob(alice, fresh, each).subarray(12, 20).toString('hex'),
    )
    expect([`1-${a}.age`, `1-${b}.age`]).toEqual(
      ['default', 'prod'].map(scope => readdirSync(path.join(fresh, '.gitward/keys', scope))[0]),
    )
    expect(a).not.toBe(b)
    expect(alice.tryGitward(fresh, 'init', '--scope', 'prod').status).toBe(2)
    expect(alice.tryGitward(fresh, 'init', '--scope', 'Not A Name').status).toBe(2)
  })
})

describe('protect and unprotect', () => {
  it('protect encrypts what is tracked already, and warns of what older commits hold', () => {
    const fresh = alice.newRepository('late')
    write(fresh, 'a.env', 'TOKEN=1\n')
    write(fresh, 'b.txt', 'plain\n')
    alice.commit(fresh)
    alice.gitward(fresh, 'init')
    const done = alice.gitward(fresh, 'protect', '--whole', '*.env')
    expect(done.stderr).toBe(
      'protected: *.env\nstaged encrypted: a.env\ngitward: older commits still hold the plaintext of a.env: change those secrets\nnext: git add .gitattributes .gitward && git commit\n',
    )
    expect(isFileEnvelope(blob(alice, fresh, ':a.env'))).toBe(true)
    expect(read(fresh, 'a.env').toString()).toBe('TOKEN=1\n')
    expect(alice.gitward(fresh, 'protect', '--whole', '*.env').stderr).toContain(
      'the policy says so already\n',
    )
  })

  it('protect --whole=json makes one line of JSON of each file', () => {
    const fresh = alice.newRepository('json')
    alice.gitward(fresh, 'init')
    alice.gitward(fresh, 'protect', '--whole=json', '*.bin')
    write(fresh, 'a.bin', Buffer.of(1, 2, 3))
    alice.commit(fresh)
    expect(JSON.parse(blob(alice, fresh, 'HEAD:a.bin').toString())).toHaveProperty('gitward', 'v1')
    expect(alice.gitward(fresh, 'status').stdout).toBe('sealed           a.bin\n')
  })

  it.each<[string, string[], number, string]>([
    ['no pattern', [], 2, 'an argument is missing'],
    ['an unknown scope', ['a', '--whole', '--scope', 'nope'], 2, 'this repository has no scope nope'],
    ['a negated pattern', ['!a', '--whole'], 2, ''],
    ['a pattern that ends with a slash', ['models/', '--whole'], 2, 'ends with a slash'],
    ['whole of a kind that is none', ['a', '--whole=jsn'], 2, 'did you mean json?'],
  ])('protect refuses %s', (_, args, status, message) => {
    const refused = alice.tryGitward(repository, 'protect', ...args)
    expect(refused).toMatchObject({ status, stdout: '' })
    expect(refused.stderr).toContain(message)
    expect(alice.git(repository, 'status', '--porcelain').stdout).toBe('')
  })

  it.each(['tracked', 'new'])('protect refuses to reach values and the whole of a %s file', state => {
    const folder = alice.newRepository(`both-${state}`)
    alice.gitward(folder, 'init')
    alice.gitward(folder, 'protect', '*.yaml')
    alice.commit(folder)
    write(folder, 'a b.yaml', 'a: 1\n')
    if (state === 'tracked') alice.commit(folder)
    const policy = read(folder, '.gitward/config.yaml')
    const refused = alice.tryGitward(folder, 'protect', '--whole', 'a*')
    expect(refused).toMatchObject({
      status: 2,
      stderr:
        'gitward: a b.yaml: pattern "a*" protects the whole file, "*.yaml" its values\n  try: use patterns that do not meet: cat .gitward/config.yaml\n',
    })
    expect(read(folder, '.gitward/config.yaml')).toEqual(policy)
    alice.git(folder, 'add', 'a b.yaml')
  })

  it('in a locked clone protect exits 3 and leaves all as it was', () => {
    const refused = alice.tryGitward(locked, 'protect', '--whole', 'README')
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain('try: gitward unlock')
    expect(alice.git(locked, 'status', '--porcelain').stdout).toBe('')
  })

  it('unprotect stages plaintext, and status no longer lists the file', () => {
    const clone = alice.clone(repository, 'unprotected')
    alice.gitward(clone, 'unlock')
    expect(alice.gitward(clone, 'unprotect', 'secrets/**').stderr).toBe(
      'no longer protected: secrets/**\nstaged as plaintext: secrets/a.txt\nnext: git add .gitattributes .gitward && git commit\n',
    )
    expect(blob(alice, clone, ':secrets/a.txt').toString()).toBe('the secret\n')
    const after = alice.gitward(clone, 'status')
    expect(after).toMatchObject({
      stdout: '',
      stderr: 'no file of the index is protected: gitward protect PATTERN\n',
    })
    alice.commit(clone, 'unprotect')
    expect(blob(alice, clone, 'HEAD:secrets/a.txt').toString()).toBe('the secret\n')
  })

  it('in a locked clone unprotect exits 3: there is no plaintext to stage', () => {
    const refused = alice.tryGitward(locked, 'unprotect', 'secrets/**')
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain('try: gitward unlock')
    expect(alice.git(locked, 'status', '--porcelain').stdout).toBe('')
  })

  it('unprotect of a pattern that is not there is a usage error', () => {
    const refused = alice.tryGitward(repository, 'unprotect', 'secrets/*')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toBe(
      'gitward: no rule of the policy has the pattern secrets/*\n  try: cat .gitward/config.yaml\n',
    )
  })
})

describe('state that is damaged', () => {
  it('a keyring that cannot be read is made anew by the command that the error names', () => {
    const clone = alice.clone(repository, 'damaged keyring')
    alice.gitward(clone, 'unlock')
    writeFileSync(path.join(clone, '.git/gitward/keyring.json'), '{')
    const failed = alice.tryGitward(clone, 'cat', 'secrets/a.txt')
    writeFileSync(path.join(clone, 'secrets/a.txt'), blob(alice, clone, 'HEAD:secrets/a.txt'))
    const cat = alice.tryGitward(clone, 'cat', 'secrets/a.txt')
    expect(failed.stdout).toBe('the secret\n')
    expect(cat.status).toBe(2)
    expect(cat.stderr).toContain('keyring.json is damaged')
    const hint = / {2}try: (.+)\n/.exec(cat.stderr)![1]!
    alice.run(clone, 'sh', ['-c', hint])
    expect(alice.gitward(clone, 'cat', 'secrets/a.txt').stdout).toBe('the secret\n')
    expect(alice.git(clone, 'status', '--porcelain').stdout).toBe('')
  })

  it('pins that cannot be read stop everything, and the error names what to do', () => {
    const clone = alice.clone(repository, 'damaged pins')
    alice.gitward(clone, 'unlock')
    writeFileSync(path.join(clone, '.git/gitward/trust.json'), '{')
    const failed = alice.tryGitward(clone, 'unlock')
    expect(failed.status).toBe(2)
    expect(failed.stderr).toContain('trust.json is damaged')
    const hint = / {2}try: (.+)\n/.exec(failed.stderr)![1]!
    alice.run(clone, 'sh', ['-c', hint])
    expect(alice.gitward(clone, 'doctor').status).toBe(0)
  })
})

describe('the package', () => {
  it('installs globally into an empty folder without running a script', () => {
    const prefix = path.join(world.root, 'prefix')
    mkdirSync(prefix)
    const { tarball } = inject('installed')
    const npm = [
      'install',
      '--global',
      '--prefix',
      prefix,
      '--offline',
      '--ignore-scripts=false',
      '--foreground-scripts',
      tarball,
    ]
    const output = execFileSync('npm', npm, {
      cwd: prefix,
      env: { ...alice.env, npm_config_loglevel: 'info' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(output.toString()).not.toMatch(/^> gitward@/m)
    const global = path.join(prefix, 'bin/gitward')
    expect(alice.run(outside, global, ['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const own = path.join(prefix, 'lib/node_modules/gitward')
    const { scripts = {}, dependencies = {} } = JSON.parse(
      readFileSync(path.join(own, 'package.json'), 'utf8'),
    )
    const run = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare']
    expect(run.filter(name => name in scripts)).toEqual([])
    expect(Object.keys(dependencies)).toEqual([])
    expect(existsSync(path.join(own, 'node_modules'))).toBe(false)
    expect(readdirSync(own).sort()).not.toContain('src')
  })

  it('a repository made by one installation is served by another that stands on PATH', () => {
    const clone = alice.clone(repository, 'moved installation')
    alice.gitward(clone, 'unlock')
    for (const name of ['process', 'clean', 'smudge']) {
      const command = alice.git(clone, 'config', `filter.gitward.${name}`).stdout.trim()
      alice.git(
        clone,
        'config',
        `filter.gitward.${name}`,
        command.replaceAll(/'[^']*filter\.cjs'/g, "'/gone/filter.js'"),
      )
    }
    write(clone, 'secrets/new.txt', 'through PATH\n')
    alice.git(clone, 'add', 'secrets/new.txt')
    expect(isFileEnvelope(blob(alice, clone, ':secrets/new.txt'))).toBe(true)
    expect(alice.tryGitward(clone, 'doctor').stdout).toContain(
      'FAIL  this clone lacks filter.gitward.process',
    )
  })
})

describe('names are harmless', () => {
  it('a path cannot write to the terminal', () => {
    const clone = alice.clone(repository, 'terminal')
    alice.gitward(clone, 'unlock')
    write(clone, 'secrets/\u001b[2Jx', 'x\n')
    alice.git(clone, 'add', 'secrets')
    expect(said(alice.gitward(clone, 'status'))).not.toContain('\u001b')
    expect(said(alice.gitward(clone, 'status'))).toContain('\\x1b[2Jx')
  })

  it('nor can a file that is named on the command line', () => {
    const refused = alice.tryGitward(repository, 'cat', 'no\u001b[2Jpe')
    expect(refused.stderr).not.toContain('\u001b')
  })

  it('members of one repository are not asked for a recipient that is theirs', () => {
    expect(alice.tryGitward(repository, 'member', 'add', 'alice', recipientOf(alice)).status).toBe(2)
  })
})
