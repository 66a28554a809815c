import { createHash } from 'node:crypto'
import { cpSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { identityFile, identityOf } from './support/members.ts'
import {
  backends,
  hasNotebooks,
  hasReader,
  pythonFolder,
  runPython,
  runPythonTool,
} from './support/python.ts'
import { read, sharedWorld, write, type Person } from './support/world.ts'

const SIZES = [1, 16383, 16384, 16385, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1]
const YAML = `db: &db {host: h, port: 5432}
prod:
  <<: *db
  password: "hun\\ter2" # c
users:
  - {name: build, password: 'it''s'}
  - name: deploy
    password: |
      line one
      line two
`
const HASHES = `import hashlib, json
print(json.dumps([hashlib.sha256(gitward.load_bytes(path)).hexdigest() for path in sys.argv[1:]]))`
const CONFIG = 'import json\nprint(json.dumps(gitward.load_config(sys.argv[1])))'
const REPORT = `try: gitward.load_bytes(sys.argv[1]); print('opened')
except gitward.GitwardError as error: print(type(error).__name__, error.code, error)`

const sample = (size: number): Buffer => Buffer.alloc(size, `${size} bytes of a model, `)
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(!hasReader)('the Python reader', () => {
  const world = sharedWorld()
  const alice = world.person('Alice')
  const models = SIZES.map(size => `models/${size}.bin`)
  let repository: string
  let locked: string
  let key: string

  beforeAll(() => {
    repository = alice.newRepository('repo')
    alice.gitward(repository, 'init', '--classic')
    alice.gitward(repository, 'init', '--classic', '--scope', 'prod')
    alice.gitward(repository, 'protect', '--whole', 'models/**')
    alice.gitward(repository, 'protect', '--whole', '--scope', 'prod', 'prod/**')
    alice.gitward(repository, 'protect', '--whole=json', 'whole/*.json')
    alice.gitward(repository, 'protect', 'config/*', '--keys', '**.password', '--keys', 'TOKEN')
    for (const size of SIZES) write(repository, `models/${size}.bin`, sample(size))
    write(repository, 'prod/a.bin', 'only for prod')
    write(repository, 'whole/a.json', '{"k": [1]}')
    write(repository, 'config/a.yaml', YAML)
    write(repository, 'config/a.json', '{"password": "p", "n": 1.5, "list": [true, null]}')
    write(repository, 'config/a.env', 'TOKEN="a b" # c\nN=1\n')
    alice.commit(repository)
    locked = alice.clone(repository, 'locked')
    const keyring = JSON.parse(read(repository, '.git/gitward/keyring.json').toString()) as KeyringEntry[]
    key = keyring.map(entry => `${entry.scope}=${entry.key}`).join(',')
  })

  interface KeyringEntry {
    readonly scope: string
    readonly key: string
  }

  const json = (person: Person, cwd: string, script: string, args: readonly string[], env = {}): unknown =>
    JSON.parse(runPython(person, cwd, script, args, { env }).stdout)

  describe.each(backends)('with %s', backend => {
    const env = () => ({ GITWARD_KEY: key, GITWARD_CRYPTO_BACKEND: backend })

    it('opens what the filter sealed, of every size', () => {
      expect(json(alice, locked, HASHES, models, env())).toEqual(SIZES.map(size => sha256(sample(size))))
    })

    it('gives the configuration that the library for Node gives', () => {
      expect(json(alice, locked, CONFIG, ['config/a.yaml'], env())).toEqual({
        db: { host: 'h', port: 5432 },
        prod: { host: 'h', port: 5432, password: 'hun\ter2' },
        users: [
          { name: 'build', password: "it's" },
          { name: 'deploy', password: 'line one\nline two\n' },
        ],
      })
      const list = [true, null]
      expect(json(alice, locked, CONFIG, ['config/a.json'], env())).toEqual({ password: 'p', n: 1.5, list })
      expect(json(alice, locked, CONFIG, ['config/a.env'], env())).toEqual({ TOKEN: 'a b', N: '1' })
      expect(json(alice, locked, CONFIG, ['whole/a.json'], env())).toEqual({ k: [1] })
    })
  })

  it('takes keys from an unlocked repository, also in a linked work tree', () => {
    const hashes = SIZES.map(size => sha256(sample(size)))
    const unlocked = alice.clone(repository, 'unlocked')
    alice.gitward(unlocked, 'unlock')
    const sealed = path.join(unlocked, 'models')
    cpSync(path.join(locked, 'models'), sealed, { recursive: true })
    expect(json(alice, unlocked, HASHES, models)).toEqual(hashes)
    const linked = path.join(world.root, 'linked tree')
    alice.git(unlocked, 'worktree', 'add', '-q', linked, '-b', 'linked')
    cpSync(path.join(locked, 'models'), path.join(linked, 'models'), { recursive: true })
    expect(json(alice, linked, HASHES, models)).toEqual(hashes)
    expect(json(alice, unlocked, CONFIG, ['config/a.env'])).toEqual({ TOKEN: 'a b', N: '1' })
  })

  it('reads the policy that the filter compiled where PyYAML is missing, and refuses without', () => {
    const withoutYaml = `sys.modules['yaml'] = None\n`
    const unlocked = alice.clone(repository, 'compiled')
    alice.gitward(unlocked, 'unlock')
    expect(json(alice, unlocked, withoutYaml + CONFIG, ['config/a.env'])).toEqual({ TOKEN: 'a b', N: '1' })
    const env = { GITWARD_KEY: key }
    const { stdout } = runPython(alice, locked, withoutYaml + REPORT, models.slice(0, 1), { env })
    expect(stdout).toContain('ConfigError CONFIG models/1.bin: reading .gitward/config.yaml needs PyYAML')
  })

  it('opens with the identity of a member, and says who is none', () => {
    const name = 'identity-classic.txt'
    const env = { GITWARD_IDENTITY_FILE: identityFile(alice, name) }
    expect(json(alice, locked, HASHES, models.slice(0, 1), env)).toEqual([sha256(sample(1))])
    const carol = world.person('Carol')
    carol.gitward(world.root, 'keygen', '--classic')
    const other = runPython(alice, locked, REPORT, models.slice(0, 1), {
      env: { GITWARD_IDENTITY: identityOf(carol, name) },
    })
    expect(other.stdout).toContain('WrongKeyError NOT_A_RECIPIENT')
    expect(other.stdout).toContain('your identity is no recipient of epoch 1')
  })

  it('works where only the files were shipped, and writes nothing', () => {
    const shipped = path.join(world.root, 'image')
    for (const part of ['.gitward', 'models'])
      cpSync(path.join(locked, part), path.join(shipped, part), { recursive: true })
    const before = readdirSync(shipped, { recursive: true }).length
    expect(json(alice, shipped, HASHES, models.slice(0, 1), { GITWARD_KEY: key })).toEqual([
      sha256(sample(1)),
    ])
    expect(readdirSync(shipped, { recursive: true }).length).toBe(before)
  })

  it('opens nothing where the policy does not put it', () => {
    const copy = path.join(world.root, 'copied')
    cpSync(locked, copy, { recursive: true })
    cpSync(path.join(copy, 'prod/a.bin'), path.join(copy, 'models/a.bin'))
    cpSync(path.join(copy, 'prod/a.bin'), path.join(copy, 'a.bin'))
    write(copy, 'config/a.yaml', read(copy, 'config/a.yaml').toString().replace('prod:', 'test:'))
    const report = (file: string, script = REPORT) =>
      runPython(alice, copy, script, [file], { env: { GITWARD_KEY: key } }).stdout
    expect(report('prod/a.bin')).toBe('opened\n')
    expect(report('models/a.bin')).toContain('ScopeError WRONG_SCOPE models/a.bin: its key is of scope prod')
    expect(report('a.bin')).toContain('ScopeError WRONG_SCOPE a.bin: the policy does not protect this path')
    expect(report('config/a.yaml', REPORT.replace('load_bytes', 'load_config'))).toContain(
      'AuthError MOVED config/a.yaml: /test/password: the value was moved or swapped',
    )
  })

  it('says that it is locked', () => {
    const { stdout } = runPython(alice, locked, REPORT, [models[0]!])
    expect(stdout).toContain('LockedError LOCKED models/1.bin: scope default is locked here')
    expect(stdout).toContain('try: gitward unlock')
  })

  it.skipIf(!hasNotebooks)('runs the notebook of the templates, which then holds no secret', () => {
    const project = alice.newRepository('notebook')
    alice.gitward(project, 'init')
    alice.gitward(project, 'protect', 'config/*', '--keys', '**.password')
    alice.gitward(project, 'protect', '--whole', 'models/**')
    write(project, 'config/prod.yaml', 'db:\n  host: db.internal\n  password: swordfish\n')
    runPython(
      alice,
      project,
      'import numpy, os\nos.mkdir("models"); numpy.save(sys.argv[1], numpy.arange(10))',
      ['models/weights.npy'],
    )
    alice.commit(project)
    const [entry] = JSON.parse(read(project, '.git/gitward/keyring.json').toString()) as KeyringEntry[]
    const clone = alice.clone(project, 'locked notebook')
    cpSync(path.join(pythonFolder, '../templates/python/encrypted.ipynb'), path.join(clone, 'n.ipynb'))
    const convert = ['-m', 'nbconvert', '--to', 'notebook', '--execute', '--inplace', 'n.ipynb']
    const env = { GITWARD_KEY: entry!.key, PYTHONPATH: pythonFolder, PYTHONDONTWRITEBYTECODE: '1' }
    runPythonTool(alice, clone, convert, env)
    const notebook = JSON.parse(read(clone, 'n.ipynb').toString()) as Notebook
    const shown = JSON.stringify(notebook.cells.flatMap(({ outputs }) => outputs ?? []))
    expect(shown).not.toContain('swordfish')
    for (const text of ["'password': ***", 'postgres://shop:***@db.internal/shop', '9 characters', '45'])
      expect(shown).toContain(text)
  })

  interface Notebook {
    readonly cells: readonly { readonly outputs?: readonly unknown[] }[]
  }

  it('is built as a wheel of Python alone, with the version of the npm package', () => {
    const source = path.join(world.root, 'source')
    cpSync(pythonFolder, source, { recursive: true })
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input']
    const offline = ['--no-build-isolation', '--no-deps', '--no-index']
    runPythonTool(alice, source, [...pip, 'wheel', '-q', ...offline, '-w', world.root, '.'])
    const { version } = JSON.parse(read(pythonFolder, '../package.json').toString()) as { version: string }
    const wheel = path.join(world.root, `gitward-${version}-py3-none-any.whl`)
    const target = path.join(world.root, 'site packages')
    const install = ['install', '-q', '--no-deps', '--no-index', '-t', target, wheel]
    runPythonTool(alice, world.root, [...pip, ...install])
    const { stdout } = runPython(alice, locked, 'print(gitward.__version__, gitward.__file__)', [], {
      env: { PYTHONPATH: target },
    })
    expect(stdout).toBe(`${version} ${target}/gitward/__init__.py\n`)
  })
})
