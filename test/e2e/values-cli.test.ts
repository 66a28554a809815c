import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blob, newWorld, read, World, write, type Person } from './support/world.ts'

const YAML = [
  '# who talks to what',
  'db:',
  '  host: db.example # plain',
  '  password: "hunter2"   # keep me',
  'hosts:',
  '  - name: one',
  "    password: 'p one'",
  '  - name: two',
  '    password: p-two',
  '',
].join('\n')

interface Setup {
  readonly world: World
  readonly alice: Person
  readonly repository: string
}

let template: Setup
let copies = 0

beforeAll(() => {
  const world = new World()
  const alice = world.person('Alice')
  const repository = alice.newRepository('repo')
  alice.gitward(repository, 'init')
  alice.gitward(repository, 'init', '--scope', 'prod')
  alice.gitward(repository, 'protect', 'config/*.yaml', '--keys', '**.password')
  alice.gitward(repository, 'protect', 'config/*.json', '.env')
  alice.gitward(repository, 'protect', 'prod/*.yaml', '--scope', 'prod')
  write(repository, 'config/a.yaml', YAML)
  write(repository, 'config/a.json', '{\n  "token": "t0ken", // c\n  "port": 8080\n}\n')
  write(repository, '.env', 'export API_KEY=abc-key # c\nMULTI="line one\nline two"\n')
  write(repository, 'prod/a.yaml', 'password: pr0d\n')
  alice.commit(repository)
  template = { world, alice, repository }
})

afterAll(() => template.world.end())

/** A copy of an unlocked repository with values in three formats and two scopes. */
function setup(): Setup {
  const { alice } = template
  const world = newWorld()
  const repository = path.join(world.root, 'repo')
  cpSync(template.repository, repository, { recursive: true })
  alice.git(repository, 'status', '--porcelain')
  return { world, alice, repository }
}

/** A clone that holds no key. */
const lockedClone = ({ alice, repository }: Setup): string => alice.clone(repository, `clone ${copies++}`)

/** What CI would put into GITWARD_KEY. */
function keysOf(repository: string, ...scopes: readonly string[]): string {
  const keyring = JSON.parse(read(repository, '.git/gitward/keyring.json').toString()) as {
    scope: string
    key: string
  }[]
  return keyring
    .filter(({ scope }) => scopes.includes(scope))
    .map(({ scope, key }) => `${scope}=${key}`)
    .join()
}

const text = (repository: string, file: string) => read(repository, file).toString()

describe('get and cat', () => {
  it('print values and files of an unlocked work tree', () => {
    const { alice, repository } = setup()
    const get = (...args: string[]) => alice.gitward(repository, 'get', ...args).stdout
    expect(get('config/a.yaml:db.password')).toBe('hunter2\n')
    expect(get('config/a.yaml:/hosts/-=one/password')).toBe('p one\n')
    expect(get('config/a.yaml:hosts.1.password')).toBe('p-two\n')
    expect(get('config/a.json:port')).toBe('8080\n')
    expect(get('.env:MULTI', '--json')).toBe('"line one\\nline two"\n')
    expect(alice.gitward(repository, 'cat', '.env:MULTI').stdout).toBe('line one\nline two')
    expect(alice.gitward(repository, 'cat', 'config/a.yaml').stdout).toBe(YAML)
  })

  it('exit 3 in a locked clone, but plain values are there for all', () => {
    const all = setup()
    const clone = lockedClone(all)
    for (const args of [
      ['get', 'config/a.yaml:db.password'],
      ['cat', 'config/a.yaml'],
      ['cat', '.env'],
    ]) {
      const { status, stderr, stdout } = all.alice.tryGitward(clone, ...args)
      expect(status).toBe(3)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/scope default is locked here\n {2}try: gitward unlock\n$/)
    }
    expect(all.alice.gitward(clone, 'get', 'config/a.yaml:db.host').stdout).toBe('db.example\n')
  })

  it('open a locked clone with GITWARD_KEY, and leave it locked', () => {
    const all = setup()
    const clone = lockedClone(all)
    const before = text(clone, 'config/a.yaml')
    const env = { GITWARD_KEY: keysOf(all.repository, 'default') }
    const run = (...args: string[]) => all.alice.run(clone, 'gitward', args, { env, mayFail: true })
    expect(run('cat', 'config/a.yaml').stdout).toBe(YAML)
    expect(run('get', 'config/a.yaml:hosts.two.password').stdout).toBe('p-two\n')
    expect(run('get', 'prod/a.yaml:password').status).toBe(3)
    expect(text(clone, 'config/a.yaml')).toBe(before)
  })

  it('exit 4 on tokens that were changed, moved or brought from another scope', () => {
    const { alice, repository } = setup()
    const sealed = blob(alice, repository, 'HEAD:config/a.yaml').toString()
    const tokens = sealed.match(/gitward:v1:\S+/g)!
    const prod = /gitward:v1:\S+/.exec(blob(alice, repository, 'HEAD:prod/a.yaml').toString())![0]
    const changed = tokens[0].replace(/[^:](?=[^:]*$)/, first => (first === 'A' ? 'B' : 'A'))
    for (const [broken, message] of [
      [changed, '/db/password: the value was changed after it was encrypted'],
      [tokens[1]!, '/db/password: the value was moved or swapped'],
      [prod, '/db/password: its key is of scope prod, which the policy does not put here'],
    ] as const) {
      write(repository, 'config/a.yaml', sealed.replace(tokens[0], broken))
      const { status, stderr, stdout } = alice.tryGitward(repository, 'cat', 'config/a.yaml')
      expect([status, stdout]).toEqual([4, ''])
      expect(stderr).toContain(`gitward: config/a.yaml: ${message}`)
      expect(stderr).toContain('try: git log -p -- config/a.yaml')
      expect(alice.tryGitward(repository, 'get', 'config/a.yaml:db.password').status).toBe(4)
      expect(alice.gitward(repository, 'get', 'config/a.yaml:hosts.two.password').stdout).toBe('p-two\n')
    }
  })

  it('name nearby keys and never a value', () => {
    const { alice, repository } = setup()
    const { status, stderr } = alice.tryGitward(repository, 'get', 'config/a.yaml:db.pasword')
    expect(status).toBe(2)
    expect(stderr).toBe(
      "gitward: config/a.yaml: there is no pasword in db: did you mean password?\n  try: gitward get 'config/a.yaml:db.password'\n",
    )
    expect(alice.tryGitward(repository, 'get', 'config/a.yaml').stderr).toContain('say which value')
    expect(alice.tryGitward(repository, 'get', 'none.yaml:a').status).toBe(5)
  })

  it('work from a subfolder, with -C, and on a name with a colon', () => {
    const { alice, repository } = setup()
    write(repository, 'config/x:y.yaml', 'password: colon\n')
    expect(alice.gitward(path.join(repository, 'config'), 'get', 'a.yaml:db.password').stdout).toBe(
      'hunter2\n',
    )
    expect(alice.gitward('/', '-C', repository, 'get', 'config/a.yaml:db.password').stdout).toBe('hunter2\n')
    expect(alice.gitward(repository, 'get', 'config/x:y.yaml:password').stdout).toBe('colon\n')
  })
})

describe('set', () => {
  it('changes one value and no other byte, in the work tree and in git', () => {
    const { alice, repository } = setup()
    const file = path.join(repository, 'config/a.yaml')
    chmodSync(file, 0o640)
    const { stderr } = alice.run(repository, 'gitward', ['set', 'config/a.yaml:db.password', '--stdin'], {
      input: 'new: "pass"\n',
    })
    expect(stderr).toBe('set db.password in config/a.yaml; git add encrypts it\n')
    expect(text(repository, 'config/a.yaml')).toBe(YAML.replace('"hunter2"', String.raw`"new: \"pass\""`))
    expect(statSync(file).mode & 0o777).toBe(0o640)
    const before = blob(alice, repository, 'HEAD:config/a.yaml').toString().split('\n')
    alice.commit(repository)
    const after = blob(alice, repository, 'HEAD:config/a.yaml').toString().split('\n')
    expect(after.filter((line, i) => line !== before[i])).toHaveLength(1)
    expect(alice.gitward(repository, 'get', 'config/a.yaml:db.password').stdout).toBe('new: "pass"\n')
  })

  it('takes the value from an argument with a warning, or from a file byte by byte', () => {
    const { alice, repository } = setup()
    const typed = alice.gitward(repository, 'set', '.env:API_KEY', 'typed value')
    expect(typed.stderr).toContain('process lists and your shell history show arguments')
    expect(typed.stderr).not.toContain('typed value')
    write(repository, 'pem', 'BEGIN\nabc\n')
    alice.gitward(repository, 'set', 'config/a.json:token', '--file', 'pem')
    expect(text(repository, '.env')).toMatch(/^export API_KEY='typed value' # c\n/)
    expect(text(repository, 'config/a.json')).toBe(
      '{\n  "token": "BEGIN\\nabc\\n", // c\n  "port": 8080\n}\n',
    )
  })

  it('adds a key where its map is, and says what is not protected', () => {
    const { alice, repository } = setup()
    const set = (...args: string[]) => alice.gitward(repository, 'set', ...args).stderr
    expect(set('config/a.yaml:hosts.one.user', 'u')).toContain('hosts.one.user is not protected')
    expect(set('.env:NEW', 'x y')).toContain('added NEW in .env; git add encrypts it')
    set('config/a.json:extra', 'e')
    expect(text(repository, 'config/a.yaml')).toContain("    password: 'p one'\n    user: u\n")
    expect(text(repository, '.env')).toMatch(/line two"\nNEW='x y'\n$/)
    expect(text(repository, 'config/a.json')).toContain('"port": 8080,\n  "extra": "e"\n')
    expect(alice.tryGitward(repository, 'set', 'config/a.yaml:no.such.map', 'v').status).toBe(2)
  })

  it('exits 3 in a protected place without a key, and writes nothing', () => {
    const all = setup()
    const clone = lockedClone(all)
    const before = text(clone, 'config/a.yaml')
    for (const args of [
      ['set', 'config/a.yaml:db.password', 's3cret'],
      ['set', 'config/a.yaml:hosts.one.password', 's3cret'],
      ['set', '.env:NEW', 's3cret'],
      ['unset', 'config/a.yaml:db.password'],
      ['edit', 'config/a.yaml'],
      ['run', '-f', 'config/a.yaml', '--', 'touch', 'ran'],
      ['env', '-f', '.env', '--format', 'shell'],
    ]) {
      const { status, stderr, stdout } = all.alice.tryGitward(clone, ...args)
      expect([args, status]).toEqual([args, 3])
      expect(stderr).toContain('gitward unlock')
      expect(stderr + stdout).not.toContain('s3cret')
    }
    expect(text(clone, 'config/a.yaml')).toBe(before)
    expect(existsSync(path.join(clone, 'ran'))).toBe(false)
    expect(all.alice.git(clone, 'status', '--porcelain').stdout).toBe('')
    all.alice.gitward(clone, 'set', 'config/a.yaml:db.host', 'other')
    expect(text(clone, 'config/a.yaml')).toBe(before.replace('db.example', 'other'))
  })

  it('keeps a locked clone locked when GITWARD_KEY is there: one token changes', () => {
    const all = setup()
    const clone = lockedClone(all)
    const before = text(clone, 'config/a.yaml').split('\n')
    const env = { GITWARD_KEY: keysOf(all.repository, 'default') }
    const run = (...args: string[]) => all.alice.run(clone, 'gitward', args, { env })
    expect(run('set', 'config/a.yaml:db.password', 'ch4nged').stderr).toContain('encrypted as the file is')
    const after = text(clone, 'config/a.yaml').split('\n')
    const changed = after.filter((line, i) => line !== before[i])
    expect(changed).toHaveLength(1)
    expect(changed[0]).toMatch(/^ {2}password: gitward:v1:\S+ {3}# keep me$/)
    expect(run('get', 'config/a.yaml:db.password').stdout).toBe('ch4nged\n')
    run('unset', 'config/a.yaml:hosts.two.password')
    expect(text(clone, 'config/a.yaml')).not.toContain('p one')
    expect(run('cat', 'config/a.yaml').stdout).toBe(
      YAML.replace('"hunter2"', '"ch4nged"').replace('    password: p-two\n', ''),
    )
  })

  it('writes plaintext where plaintext stands, whatever was pasted beside it', () => {
    const { alice, repository } = setup()
    const token = /gitward:v1:\S+/.exec(blob(alice, repository, 'HEAD:config/a.yaml').toString())![0]
    write(repository, 'config/a.yaml', YAML.replace('"hunter2"', token))
    alice.gitward(repository, 'set', 'config/a.yaml:hosts.two.password', 'new')
    expect(text(repository, 'config/a.yaml')).toBe(YAML.replace('p-two', 'new'))
  })

  it('seals a whole file again, too', () => {
    const all = setup()
    all.alice.gitward(all.repository, 'protect', '--whole', 'whole/*.json')
    write(all.repository, 'whole/a.json', '{"k": "v1"}\n')
    all.alice.commit(all.repository)
    const clone = lockedClone(all)
    const env = { GITWARD_KEY: keysOf(all.repository, 'default') }
    all.alice.run(clone, 'gitward', ['set', 'whole/a.json:k', 'v2'], { env })
    expect(read(clone, 'whole/a.json').includes('v2')).toBe(false)
    expect(all.alice.run(clone, 'gitward', ['cat', 'whole/a.json'], { env }).stdout).toBe('{"k": "v2"}\n')
  })

  it.each([
    [['.env:A'], 'set: say where the value comes from'],
    [['.env:A', 's3cret', '--stdin'], 'set: a value comes from one of'],
    [['.env:A', 's3cret', 's3cret2'], 'set: too many arguments'],
    [['.env:A', '--s3cret'], 'set: unknown option; a value that starts with - goes behind --'],
    [['.env:A', '-s3cret'], 'set: unknown option; a value that starts with - goes behind --'],
    [['.env:A=s3cret', 'x'], 'a name in a dotenv file holds only'],
    [['config/a.yaml:db', 's3cret'], 'db is a map of 2 keys'],
    [['.env', 's3cret'], 'set: .env is a file: say which value'],
  ])('%j is exit 2, and shows no secret', (args, message) => {
    const { alice, repository } = setup()
    const { status, stderr } = alice.tryGitward(repository, 'set', ...args)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('s3cret')
    expect(alice.git(repository, 'status', '--porcelain').stdout).toBe('')
  })

  it('takes a value that starts with a dash behind --, and refuses text that is not UTF-8', () => {
    const { alice, repository } = setup()
    alice.gitward(repository, 'set', '.env:API_KEY', '--', '-dash')
    expect(alice.gitward(repository, 'get', '.env:API_KEY').stdout).toBe('-dash\n')
    const { status } = alice.run(repository, 'gitward', ['set', '.env:API_KEY', '--stdin'], {
      input: Buffer.from([0xff, 0xfe]),
      mayFail: true,
    })
    expect(status).toBe(2)
  })

  it('asks at a terminal without showing what is typed', () => {
    const { alice, repository } = setup()
    const { stdout } = alice.run(repository, 'python3', [
      '-c',
      TERMINAL,
      'value (not shown): ',
      'typd\u007fed s3cret\r',
      'gitward',
      'set',
      '.env:API_KEY',
    ])
    expect(stdout).toContain('set API_KEY in .env')
    expect(stdout).not.toContain('s3cret')
    expect(alice.gitward(repository, 'get', '.env:API_KEY').stdout).toBe('typed s3cret\n')
  })
})

/** Runs argv[3:] at a pseudo-terminal, types argv[2] when argv[1] was asked, prints what the terminal showed. */
const TERMINAL = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[3], sys.argv[3:])
shown, answered = b'', False
while True:
    try: part = os.read(fd, 4096)
    except OSError: break
    if not part: break
    shown += part
    if not answered and sys.argv[1].encode() in shown:
        answered = True
        os.write(fd, sys.argv[2].encode())
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

describe('unset', () => {
  it('removes the entry and no other byte', () => {
    const { alice, repository } = setup()
    expect(alice.gitward(repository, 'unset', 'config/a.yaml:db.password').stderr).toBe(
      'removed db.password in config/a.yaml\n',
    )
    alice.gitward(repository, 'unset', 'config/a.json:token')
    alice.gitward(repository, 'unset', '.env:MULTI')
    expect(text(repository, 'config/a.yaml')).toBe(YAML.replace('  password: "hunter2"   # keep me\n', ''))
    expect(text(repository, 'config/a.json')).toBe('{\n  "port": 8080\n}\n')
    expect(text(repository, '.env')).toBe('export API_KEY=abc-key # c\n')
    expect(alice.tryGitward(repository, 'unset', '.env:MULTI').status).toBe(2)
  })
})

describe('edit', () => {
  /** A folder for temporary files that the test can look into, and an editor that is a shell script. */
  function editing({ world, alice }: Setup, script: string) {
    write(world.root, 'tmp/.keep', '')
    write(world.root, 'editor', `#!/bin/sh\nset -e\n${script}\n`)
    chmodSync(path.join(world.root, 'editor'), 0o755)
    const env = {
      TMPDIR: path.join(world.root, 'tmp'),
      XDG_RUNTIME_DIR: '',
      GITWARD_EDITOR: `"${world.root}/editor"`,
    }
    const edit = (cwd: string, file: string, more = {}) =>
      alice.run(cwd, 'gitward', ['edit', file], { env: { ...env, ...more }, mayFail: true })
    return { edit, env, leftovers: () => readdirSync(path.join(world.root, 'tmp')) }
  }

  it('lends a private decrypted copy and stores what comes back', () => {
    const all = setup()
    const seen = path.join(all.world.root, 'seen')
    const { edit, leftovers } = editing(
      all,
      `cp "$1" "${seen}"; stat -c '%a %n' "$1" "$(dirname "$1")" > "${seen}.modes"; echo swap > "$1.swp"
       sed 's/hunter2/edited/' "$1" > "$1.new"; mv "$1.new" "$1"`,
    )
    expect(edit(all.repository, 'config/a.yaml').stderr).toBe('wrote config/a.yaml; git add encrypts it\n')
    expect(readFileSync(seen, 'utf8')).toBe(YAML)
    const [copy, folder] = readFileSync(`${seen}.modes`, 'utf8').split('\n')
    expect(copy).toMatch(/^600 .*\/a\.yaml$/)
    expect(folder).toMatch(/^700 /)
    expect(text(all.repository, 'config/a.yaml')).toBe(YAML.replace('hunter2', 'edited'))
    expect(leftovers()).toEqual(['.keep'])
  })

  it('says so when nothing changed', () => {
    const all = setup()
    const { edit } = editing(all, 'true')
    expect(edit(all.repository, 'config/a.yaml')).toMatchObject({
      status: 0,
      stderr: 'config/a.yaml is unchanged\n',
    })
  })

  it('seals again in a locked clone with GITWARD_KEY', () => {
    const all = setup()
    const clone = lockedClone(all)
    const before = text(clone, 'config/a.yaml').split('\n')
    const { edit } = editing(all, `sed -i 's/hunter2/edited/' "$1"`)
    expect(edit(clone, 'config/a.yaml', { GITWARD_KEY: keysOf(all.repository, 'default') }).stderr).toBe(
      'wrote config/a.yaml, encrypted\n',
    )
    expect(
      text(clone, 'config/a.yaml')
        .split('\n')
        .filter((line, i) => line !== before[i]),
    ).toHaveLength(1)
  })

  it.each([
    ['a syntax error', `echo 'db: [hunter3' > "$1"`, 2, 'config/a.yaml:2:1: not valid YAML'],
    ['an editor that fails', `echo x > "$1"; exit 7`, 5, 'the editor gave up with exit 7'],
    ['an interrupted editor', `echo x > "$1"; kill -INT $$`, 130, 'the editor was interrupted'],
  ])('leaves the file as it was after %s, and nothing behind', (_, script, code, message) => {
    const all = setup()
    const { edit, leftovers } = editing(all, script)
    const { status, stderr } = edit(all.repository, 'config/a.yaml')
    expect(status).toBe(code)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('hunter')
    expect(text(all.repository, 'config/a.yaml')).toBe(YAML)
    expect(leftovers()).toEqual(['.keep'])
  })

  it.each([
    ['INT', 130],
    ['TERM', 5],
  ])('leaves nothing behind when SIG%s ends it', (signal, code) => {
    const all = setup()
    const { edit, leftovers } = editing(all, 'kill -s "$SIGNAL" $GITWARD; exec sleep 9 > /dev/null 2>&1')
    const wrapper = 'GITWARD=$PPID exec "$0/editor" "$1"'
    const GITWARD_EDITOR = `sh -c '${wrapper}' "${all.world.root}"`
    expect(edit(all.repository, 'config/a.yaml', { GITWARD_EDITOR, SIGNAL: signal }).status).toBe(code)
    expect(text(all.repository, 'config/a.yaml')).toBe(YAML)
    expect(leftovers()).toEqual(['.keep'])
  })

  it('asks at a terminal and opens the editor again', () => {
    const all = setup()
    const { env } = editing(
      all,
      `if grep -q broken "$1"; then sed -i 's/ \\[broken/ mended/' "$1"; else sed -i 's/"hunter2"/[broken/' "$1"; fi`,
    )
    all.alice.run(
      all.repository,
      'python3',
      ['-c', TERMINAL, 'edit again? [Y/n]', '\r', 'gitward', 'edit', 'config/a.yaml'],
      { env },
    )
    expect(text(all.repository, 'config/a.yaml')).toBe(YAML.replace('"hunter2"', 'mended'))
  })
})

describe('run', () => {
  const script = (...lines: string[]) => ['--', 'sh', '-c', lines.join('\n')]

  it('gives the values of .env to the command, and never as an argument', () => {
    const { alice, repository } = setup()
    const { stdout } = alice.gitward(
      repository,
      'run',
      ...script('printf "%s|%s|" "$API_KEY" "$MULTI"', String.raw`tr "\0" " " < /proc/$PPID/cmdline`),
    )
    expect(stdout).toMatch(/^abc-key\|line one\nline two\|/)
    expect(stdout.split('|')[2]).not.toContain('abc-key')
  })

  it('flattens YAML and JSON, later files win, and the files win over what was there', () => {
    const { alice, repository } = setup()
    const args = [
      'run',
      '-f',
      'config/a.yaml',
      '-f',
      'config/a.json',
      ...script('echo "$DB_PASSWORD $HOSTS_0_PASSWORD $TOKEN $PORT"'),
    ]
    expect(alice.run(repository, 'gitward', args, { env: { PORT: '1', TOKEN: 'old' } }).stdout).toBe(
      'hunter2 p one t0ken 8080\n',
    )
  })

  it.each([
    ['exit 7', 7],
    ['exit 0', 0],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('passes the exit of %j through', (line, code) => {
    const { alice, repository } = setup()
    expect(alice.tryGitward(repository, 'run', ...script(line)).status).toBe(code)
  })

  it('forwards signals and waits', () => {
    const { alice, repository } = setup()
    const { status, stdout } = alice.tryGitward(
      repository,
      'run',
      ...script('trap "echo heard; exit 9" TERM', 'kill -TERM $PPID', 'sleep 5 > /dev/null 2>&1 & wait'),
    )
    expect([status, stdout]).toEqual([9, 'heard\n'])
  })

  it('answers as a shell for a command that is not there, or not one', () => {
    const { alice, repository } = setup()
    expect(alice.tryGitward(repository, 'run', '--', 'no-such-command').status).toBe(127)
    expect(alice.tryGitward(repository, 'run', '--', './.env')).toMatchObject({ status: 126 })
  })

  it('starts nothing if one value does not open', () => {
    const { alice, repository } = setup()
    const sealed = blob(alice, repository, 'HEAD:config/a.yaml').toString()
    const [one, two] = sealed.match(/gitward:v1:\S+/g)!
    write(repository, 'config/a.yaml', sealed.replace(one, two!))
    const { status } = alice.tryGitward(repository, 'run', '-f', 'config/a.yaml', '--', 'touch', 'ran')
    expect(status).toBe(4)
    expect(existsSync(path.join(repository, 'ran'))).toBe(false)
  })

  it('--redact masks protected values in both streams, also in pieces and line by line', () => {
    const { alice, repository } = setup()
    const { stdout, stderr } = alice.gitward(
      repository,
      'run',
      '--redact',
      '-f',
      '.env',
      '-f',
      'config/a.yaml',
      ...script(
        'printf "a%sb" "$API_KEY"; printf abc-; sleep 0.2; printf "key %s %s\\n" "$DB_PASSWORD" "$DB_HOST"',
        'echo "$MULTI" | tail -n 1; echo "$API_KEY" >&2',
      ),
    )
    expect(stdout).toBe('a***b*** *** db.example\n***\n')
    expect(stderr).toBe('***\n')
  })
})

describe('env', () => {
  it('prints what a shell can evaluate', () => {
    const { alice, repository } = setup()
    alice.gitward(repository, 'set', '.env:API_KEY', `it's "$HOME" \`x\``)
    const { stdout } = alice.run(repository, 'sh', [
      '-c',
      'eval "$(gitward env --format shell)"; printf "%s|%s" "$API_KEY" "$MULTI"',
    ])
    expect(stdout).toBe(`it's "$HOME" \`x\`|line one\nline two`)
  })

  it('github: the file on standard output, a mask for each line on standard error', () => {
    const { alice, repository } = setup()
    const { stdout, stderr } = alice.gitward(repository, 'env', '--format', 'github')
    expect(stdout).toMatch(
      /^API_KEY<<(gitward_\w+)\nabc-key\n\1\nMULTI<<(gitward_\w+)\nline one\nline two\n\2\n$/,
    )
    expect(stderr).toBe('::add-mask::abc-key\n::add-mask::line one\n::add-mask::line two\n')
  })

  it('needs a format that there is', () => {
    const { alice, repository } = setup()
    expect(alice.tryGitward(repository, 'env').status).toBe(2)
    expect(alice.tryGitward(repository, 'env', '--format', 'githib').stderr).toContain('did you mean github?')
  })
})

describe('reseal', () => {
  /** Somebody without keys renames keys and files. */
  function rename(all: Setup) {
    const clone = lockedClone(all)
    write(clone, 'config/a.yaml', text(clone, 'config/a.yaml').replace('db:', 'database:'))
    all.alice.git(clone, 'mv', 'prod/a.yaml', 'config/b.yaml')
    return clone
  }

  it('makes a renamed key open again, and says what it did', () => {
    const all = setup()
    const clone = rename(all)
    const env = { GITWARD_KEY: keysOf(all.repository, 'default') }
    const run = (...args: string[]) => all.alice.run(clone, 'gitward', args, { env, mayFail: true })
    expect(run('cat', 'config/a.yaml').status).toBe(4)
    const { status, stderr } = run('reseal', 'config/a.yaml')
    expect([status, stderr]).toEqual([
      0,
      'config/a.yaml: /database/password was sealed for another place of scope default\nsealed config/a.yaml anew\n',
    ])
    expect(run('cat', 'config/a.yaml').stdout).toBe(YAML.replace('db:', 'database:'))
    expect(text(clone, 'config/a.yaml')).not.toContain('hunter2')
    expect(run('reseal', 'config/a.yaml').stderr).toBe('config/a.yaml: all ciphertext fits its place\n')
  })

  it('opens it in an unlocked work tree, for git add to seal', () => {
    const all = setup()
    const sealed = blob(all.alice, all.repository, 'HEAD:config/a.yaml').toString()
    const token = /gitward:v1:\S+/.exec(sealed)![0]
    write(all.repository, 'config/a.yaml', YAML.replace('db:', 'database:').replace('"hunter2"', token))
    all.alice.gitward(all.repository, 'reseal', 'config/a.yaml')
    expect(text(all.repository, 'config/a.yaml')).toBe(YAML.replace('db:', 'database:'))
    all.alice.commit(all.repository)
    expect(all.alice.git(all.repository, 'status', '--porcelain').stdout).toBe('')
  })

  it('crosses scopes only when both are named', () => {
    const all = setup()
    const clone = rename(all)
    const before = text(clone, 'config/b.yaml')
    const env = { GITWARD_KEY: keysOf(all.repository, 'default', 'prod') }
    const run = (...args: string[]) => all.alice.run(clone, 'gitward', args, { env, mayFail: true })
    for (const flags of [[], ['--from', 'default', '--to', 'prod'], ['--from', 'prod', '--to', 'prod']]) {
      const { status, stderr } = run('reseal', ...flags, 'config/b.yaml')
      expect(status).toBe(4)
      expect(stderr).toContain('gitward reseal --from prod --to default')
      expect(text(clone, 'config/b.yaml')).toBe(before)
    }
    expect(run('reseal', '--from', 'prod', 'config/b.yaml').status).toBe(2)
    expect(run('reseal', '--from', 'prod', '--to', 'default', 'config/b.yaml').stderr).toContain(
      '/password crossed from scope prod to default',
    )
    expect(run('get', 'config/b.yaml:password').stdout).toBe('pr0d\n')
    expect(text(clone, 'config/b.yaml')).not.toBe(before)
  })

  it('needs the key of the scope it comes from', () => {
    const all = setup()
    const clone = rename(all)
    const env = { GITWARD_KEY: keysOf(all.repository, 'default') }
    const { status } = all.alice.run(
      clone,
      'gitward',
      ['reseal', '--from', 'prod', '--to', 'default', 'config/b.yaml'],
      { env, mayFail: true },
    )
    expect(status).toBe(3)
  })
})
