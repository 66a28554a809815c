import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { WorldRecord } from './hunted.ts'
import { Finder, masked, type Needle } from './needles.ts'

/** Where a secret was found. It never says which one. */
export interface Leak {
  readonly where: string
  readonly what: string
}

/** What one command printed. */
interface Said {
  /** Its first words. */
  readonly by: readonly string[]
  readonly way: 'standard error' | 'standard output'
  readonly bytes: Buffer
}

/**
 * Commands whose job it is to print plaintext or keys: their standard output is not looked at, whatever else
 * they leave is. Standard error of no command is left out.
 */
const TELLS: Readonly<Record<string, readonly string[]>> = {
  gitward: ['cat', 'decrypt', 'env', 'get', 'run', 'smudge'],
  git: ['blame', 'cat-file', 'diff', 'grep', 'log', 'show', 'stash'],
}
/** Programs that are not ours; scripts of a shell if they name such a command. */
const STRANGERS = /^(?:age|cat|cmp|diff|grep|head|node|python3?|tar)$/

function tells(command: string, args: readonly string[]): boolean {
  const program = path.basename(command)
  if (STRANGERS.test(program)) return true
  const words = TELLS[program]
  if (words) return words.includes(verbOf(args))
  const script = args.join(' ')
  return Object.entries(TELLS).some(([name, verbs]) =>
    new RegExp(`${name}\\b.*\\b(?:${verbs.join('|')})\\b`).test(script),
  )
}

/** The command among the arguments of git or gitward: the first that is no option before it, nor an option's value. */
function verbOf([first, ...rest]: readonly string[]): string {
  if (first === undefined) return ''
  if (first === '-C' || first === '-c') return verbOf(rest.slice(1))
  return first.startsWith('-') ? verbOf(rest) : first
}

/** Looks through what a world prints and leaves, for its keys and for the secret that was planted. */
export class Hunt {
  readonly #root: string
  readonly #needles = new Map<string, Needle>()
  readonly #said: Said[] = []
  #onPurpose: string | null = null
  #bytes = 0
  #repositories = 0

  constructor(root: string, planted: string) {
    this.#root = root
    this.#add('the planted secret', Buffer.from(planted))
  }

  /** In this world secrets stand in plain in git or in files, for this reason: only what is printed is judged. */
  plain(reason: string): void {
    this.#onPurpose = reason
  }

  heard(
    cwd: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    ran: { readonly bytes: Buffer; readonly stderr: string },
  ): void {
    const by = [path.basename(command), ...args.slice(0, 2)]
    this.#said.push({ by, way: 'standard error', bytes: Buffer.from(ran.stderr) })
    if (!tells(command, args)) this.#said.push({ by, way: 'standard output', bytes: ran.bytes })
    this.#addIdentities(env['GITWARD_IDENTITY'] ?? '')
    for (const each of (env['GITWARD_KEY'] ?? '').split(',')) this.#addKey(each.slice(-44))
    if (path.basename(command) === 'gitward') this.#addKeyring(path.join(cwd, '.git/gitward/keyring.json'))
  }

  /** Every leak in what was printed and in what stands in the world now. */
  look(): Leak[] {
    const files = filesBelow(Buffer.from(this.#root))
    const named = (name: RegExp) => files.filter(file => name.test(file.toString('latin1')))
    for (const file of named(/\/keyring\.json$/)) this.#addKeyring(file)
    for (const file of named(/\/\.config\/gitward\/[^/]*$/)) this.#addIdentities(readFileSync(file, 'latin1'))
    const finder = new Finder([...this.#needles.values()])
    const leaks: Leak[] = []
    const search = (where: string, bytes: Buffer) => {
      this.#bytes += bytes.length
      leaks.push(...finder.find(bytes).map(what => ({ where, what })))
    }
    for (const { by, way, bytes } of this.#said) search(`${masked(by, finder)}: ${way}`, bytes)
    if (this.#onPurpose !== null) return leaks
    const relative = (file: Buffer | string) => path.relative(this.#root, file.toString())
    for (const file of files.filter(isLeftOver)) search(relative(file), readFileSync(file))
    for (const folder of named(/\/HEAD$/)
      .map(file => path.dirname(file.toString()))
      .filter(isGitFolder)) {
      this.#repositories++
      search(`objects of ${relative(folder)}`, objectsOf(folder))
    }
    return leaks
  }

  /** Looks, adds to the record of the run, and fails if anything leaked. */
  end(record: string): void {
    const leaks = this.look()
    const line: WorldRecord = {
      commands: this.#said.length,
      bytes: this.#bytes,
      repositories: this.#repositories,
      onPurpose: this.#onPurpose,
      needles: [...this.#needles.values()].map(({ what, bytes }) => [what, bytes.toString('hex')] as const),
      leaks,
    }
    appendFileSync(path.join(record, `${process.pid}.jsonl`), `${JSON.stringify(line)}\n`)
    if (leaks.length > 0)
      throw new Error(`leaked: ${leaks.map(({ what, where }) => `${what} in ${where}`).join('; ')}`)
  }

  #add(what: string, bytes: Buffer): void {
    if (bytes.length >= 16) this.#needles.set(bytes.toString('hex'), { what, bytes })
  }

  #addKey(text: string): void {
    this.#add('an epoch key', Buffer.from(text))
    this.#add('an epoch key', Buffer.from(text, 'base64'))
  }

  #addKeyring(file: string | Buffer): void {
    if (!existsSync(file)) return
    for (const [, key] of readFileSync(file, 'latin1').matchAll(/"key":\s*"([\w+/]{43}=)"/g))
      this.#addKey(key!)
  }

  #addIdentities(text: string): void {
    for (const [identity] of text.matchAll(/AGE-SECRET-KEY-[\w-]{50,}/g))
      this.#add('an identity', Buffer.from(identity))
  }
}

/** Of regular files, their whole paths, which need not be UTF-8. */
const filesBelow = (folder: Buffer): Buffer[] =>
  readdirSync(folder, { withFileTypes: true, encoding: 'buffer' }).flatMap(each => {
    const whole = Buffer.concat([folder, Buffer.from('/'), each.name])
    return each.isDirectory() ? filesBelow(whole) : each.isFile() ? [whole] : []
  })

/** What nobody wrote as a document: git's own files but its objects, temporary files, whatever else is at home. */
const isLeftOver = (file: Buffer): boolean => {
  const name = file.toString('latin1')
  return (
    /\.git\/|\.tmp$|\/TMPDIR\/|\/home of [^/]*\/(?!\.config\/gitward\/)/.test(name) &&
    !/\.git\/objects\/|\/gitward\/keyring\.json$/.test(name)
  )
}

const isGitFolder = (folder: string): boolean => existsSync(path.join(folder, 'objects'))

/** Every object of the database, dangling ones too. */
export function objectsOf(gitFolder: string): Buffer {
  const args = ['--git-dir', gitFolder, 'cat-file', '--batch-all-objects', '--unordered', '--batch']
  const { stdout, stderr, status } = spawnSync('git', args, { maxBuffer: 2 ** 31 - 1 })
  if (status !== 0) throw new Error(`cannot hunt through ${gitFolder}: ${stderr.toString()}`)
  return stdout
}
