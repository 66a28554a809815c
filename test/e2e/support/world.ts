import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, inject, onTestFinished } from 'vitest'
import { Hunt, objectsOf } from './hunt.ts'
import { formsOf } from './needles.ts'

export interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly bytes: Buffer
}

export interface RunOptions {
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string>>
  /** Do not fail the test on a non-zero exit. */
  readonly mayFail?: boolean
}

/** Somebody with a HOME of their own. */
export class Person {
  readonly name: string
  readonly home: string
  readonly hunt: Hunt
  readonly #root: string

  constructor({ root, hunt }: World, name: string) {
    this.#root = root
    this.hunt = hunt
    this.name = name
    this.home = path.join(root, `home of ${name}`)
    for (const folder of [this.home, temporaryFolder(root)]) mkdirSync(folder, { recursive: true })
    const config = `[user]\n\tname = ${name}\n\temail = ${name}@example.invalid\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n[protocol "file"]\n\tallow = always\n`
    writeFileSync(path.join(this.home, '.gitconfig'), config)
  }

  get env(): Record<string, string> {
    const inherited = Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !/^(?:GIT_|GITWARD_|NODE_|npm_|VITEST|XDG_|CI$|FORCE_COLOR$|NO_COLOR$)/.test(entry[0]),
    )
    return {
      ...Object.fromEntries(inherited),
      HOME: this.home,
      PATH: `${inject('installed').bin}:${process.env['PATH']}`,
      LC_ALL: 'C',
      TMPDIR: temporaryFolder(this.#root),
    }
  }

  run(cwd: string, command: string, args: readonly string[], options: RunOptions = {}): Ran {
    const env = { ...this.env, ...options.env }
    const done = spawnSync(command, args, {
      cwd,
      env,
      input: options.input ?? '',
      maxBuffer: 2 ** 31 - 1,
    })
    if (done.error) throw done.error
    const ran = {
      status: done.status ?? 128,
      stdout: done.stdout.toString(),
      stderr: done.stderr.toString(),
      bytes: done.stdout,
    }
    this.hunt.heard(cwd, command, args, env, ran)
    if (ran.status !== 0 && !options.mayFail) {
      throw new Error(`${command} ${args.join(' ')} exited ${ran.status}\n${ran.stderr}${ran.stdout}`)
    }
    return ran
  }

  /** Starts a command and does not wait; it leads a process group of its own. */
  start(cwd: string, command: string, ...args: string[]): ChildProcess {
    const stdio = ['ignore', 'ignore', 'pipe'] as const
    const child = spawn(command, args, { cwd, env: this.env, stdio: [...stdio], detached: true })
    const parts: Buffer[] = []
    child.stderr?.on('data', (part: Buffer) => parts.push(part))
    child.once('close', () => {
      const said = { bytes: Buffer.alloc(0), stderr: Buffer.concat(parts).toString() }
      this.hunt.heard(cwd, command, args, this.env, said)
    })
    return child
  }

  git(cwd: string, ...args: string[]): Ran {
    return this.run(cwd, 'git', args)
  }

  gitward(cwd: string, ...args: string[]): Ran {
    return this.run(cwd, 'gitward', withoutHooks(args))
  }

  /** For commands that must fail: returns what they said. */
  tryGit(cwd: string, ...args: string[]): Ran {
    return this.run(cwd, 'git', args, { mayFail: true })
  }

  tryGitward(cwd: string, ...args: string[]): Ran {
    return this.run(cwd, 'gitward', withoutHooks(args), { mayFail: true })
  }

  newRepository(name: string): string {
    const folder = path.join(this.#root, name)
    mkdirSync(folder, { recursive: true })
    this.git(folder, 'init', '-q')
    return folder
  }

  clone(from: string, name: string): string {
    const folder = path.join(this.#root, name)
    this.git(this.#root, 'clone', '-q', from, folder)
    return folder
  }

  /** A copy of a repository in which git knows every file. */
  copy(from: string, name: string): string {
    const folder = path.join(this.#root, name)
    cpSync(from, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    this.git(folder, 'status', '--porcelain')
    return folder
  }

  commit(cwd: string, message = 'change'): void {
    this.git(cwd, 'add', '-A')
    this.git(cwd, 'commit', '-q', '-m', message)
  }
}

/** Most tests commit plaintext on purpose: `init` gets hooks only where a test names them. */
const withoutHooks = (args: readonly string[]): readonly string[] =>
  args[0] === 'init' && !args.includes('--hooks') ? [...args, '--hooks', 'none'] : args

/** What each test commands to be temporary; looked through when its world ends. */
const temporaryFolder = (root: string): string => path.join(root, 'TMPDIR')

/** A scratch world with spaces in its path; gone when the test ends, and looked through for leaks. */
export class World {
  readonly root: string
  readonly hunt: Hunt

  constructor(root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward world ')))) {
    this.root = root
    this.hunt = new Hunt(root, planted())
  }

  person(name: string): Person {
    return new Person(this, name)
  }

  end(): void {
    try {
      this.hunt.end(inject('installed').record)
    } finally {
      rmSync(this.root, { recursive: true, force: true })
    }
  }
}

/** Stands in protected files and values, and nowhere else: a word of this run that the hunt looks for. */
export const planted = (): string => inject('installed').planted

/** What `protectedRepository` protects. */
export const secretOf = (name: string): string => `secret of ${name} ${planted()}\n`

export function newWorld(): World {
  const world = new World()
  onTestFinished(() => world.end())
  return world
}

/** The same for all tests of a describe block. */
export function sharedWorld(): World {
  const world = new World()
  afterAll(() => world.end())
  return world
}

export function write(repository: string, file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(path.join(repository, file)), { recursive: true })
  writeFileSync(path.join(repository, file), content)
}

export const read = (repository: string, file: string): Buffer => readFileSync(path.join(repository, file))

/** The bytes git holds. */
export const blob = (person: Person, repository: string, spec: string): Buffer =>
  person.git(repository, 'cat-file', 'blob', spec).bytes

/** Every object of the database, dangling ones too. */
export const allObjects = (person: Person, repository: string): Buffer =>
  objectsOf(person.git(repository, 'rev-parse', '--absolute-git-dir').stdout.trim())

/** Those needles that some object holds, plain or in a form that `formsOf` knows. */
export function leaks(person: Person, repository: string, needles: readonly (string | Buffer)[]): string[] {
  const objects = allObjects(person, repository)
  return needles
    .map(needle => Buffer.from(needle))
    .filter(needle => [needle, ...formsOf(needle)].some(form => objects.includes(form)))
    .map(needle => needle.toString('latin1').slice(0, 40))
}

export const FILE_MAGIC = Buffer.from('894757440d0a1a0a', 'hex')
export const isFileEnvelope = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(FILE_MAGIC)

/** A protected repository with one committed secret. */
export const protectedRepository = (person: Person, name = 'repo', secret = secretOf(person.name)): string =>
  prepared(person, name, ['protected', secret], (owner, repository) => {
    owner.gitward(repository, 'init')
    owner.gitward(repository, 'protect', '--whole', 'secrets/**')
    write(repository, 'secrets/a.txt', secret)
    write(repository, 'README', 'public\n')
    owner.commit(repository, 'first')
  })

/**
 * What `build` makes in a new repository. For somebody without a past it is made once in a test run and
 * copied, with the identity: `what` says all that it depends on beside the person's name. A second repository
 * of one person is made anew, so that no two of them share a key.
 */
export function prepared(
  person: Person,
  name: string,
  what: readonly string[],
  build: (owner: Person, repository: string) => void,
): string {
  if (existsSync(path.join(person.home, '.config'))) {
    const repository = person.newRepository(name)
    build(person, repository)
    return repository
  }
  const id = createHash('sha256')
    .update(JSON.stringify([person.name, ...what]))
    .digest('hex')
  const template = path.join(inject('installed').folder, 'prepared', id)
  if (!existsSync(template)) {
    const draft = new World(mkdtempSync(path.join(inject('installed').folder, 'draft ')))
    const owner = draft.person(person.name)
    build(owner, owner.newRepository('repo'))
    draft.hunt.end(inject('installed').record)
    renameSync(owner.home, path.join(draft.root, 'home'))
    publish(draft.root, template)
  }
  cpSync(path.join(template, 'home'), person.home, { recursive: true })
  return person.copy(path.join(template, 'repo'), name)
}

/** Another worker may have been faster: then its draft stands. */
function publish(draft: string, template: string): void {
  mkdirSync(path.dirname(template), { recursive: true })
  try {
    renameSync(draft, template)
  } catch (error) {
    if (!existsSync(template)) throw error
    rmSync(draft, { recursive: true })
  }
}

/** The recipient of a person's identity, which is made if it is missing. */
export const recipientOf = (person: Person, ...options: string[]): string =>
  person.gitward(person.home, 'keygen', ...options).stdout.trim()
