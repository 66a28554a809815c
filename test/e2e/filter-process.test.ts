import { appendFileSync, createReadStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import {
  blob,
  isFileEnvelope,
  leaks,
  newWorld,
  protectedRepository,
  read,
  secretOf,
  write,
  type Person,
} from './support/world.ts'

interface Traced {
  readonly filters: number
  /** git itself and every git that it or the filter started. */
  readonly gits: number
}

/** Runs git and counts the processes that trace2 saw. */
function traced(person: Person, repository: string, ...args: string[]): Traced {
  const log = path.join(person.home, 'trace')
  rmSync(log, { force: true })
  person.run(repository, 'git', args, { env: { GIT_TRACE2_EVENT: log } })
  const events = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { event: string; argv?: string[] })
  const isFilter = ({ event, argv }: (typeof events)[number]) =>
    event === 'child_start' && (argv?.join(' ').includes('filter.cjs') ?? false)
  return {
    filters: events.filter(isFilter).length,
    gits: events.filter(({ event }) => event === 'start').length,
  }
}

describe('a crash', () => {
  it('is never taken for an empty file, whatever node is told of rejected promises', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    const clean = alice.git(repository, 'config', 'filter.gitward.clean').stdout.trim()
    for (const mode of ['throw', 'warn', 'none']) {
      const env = { NODE_OPTIONS: `--unhandled-rejections=${mode}` }
      const script = `${clean.replace('%f', 'secrets/a.txt')} <.`
      const crashed = alice.run(repository, 'sh', ['-c', script], { env, mayFail: true })
      expect(crashed).toMatchObject({ status: 5, stdout: '' })
      expect(crashed.stderr).toContain('gitward: the filter stopped on an unexpected EISDIR\n')
    }
  })
})

/** More than any buffer of git, the filter or a pipe. */
const LARGE = process.env['GITWARD_LARGE'] === undefined ? 48 : 200

describe('one process', () => {
  it('filters 1000 files, and starts no git for each', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    for (let i = 0; i < 1000; i++) write(repository, `secrets/${i}`, `secret number ${i}\n`)
    const added = traced(alice, repository, 'add', '-A')
    expect(added.filters).toBe(1)
    expect(added.gits).toBeLessThan(10)
    alice.git(repository, 'commit', '-q', '-m', 'many')
    rmSync(path.join(repository, 'secrets'), { recursive: true })
    expect(traced(alice, repository, 'checkout', '-q', '--', '.')).toEqual({ filters: 1, gits: 1 })
    expect(read(repository, 'secrets/999').toString()).toBe('secret number 999\n')
    forgetStat(alice, repository)
    expect(traced(alice, repository, 'status', '--porcelain').filters).toBe(1)
    expect(changes(alice, repository)).toBe('')
    alice.gitward(repository, 'lock')
    forgetStat(alice, repository)
    expect(traced(alice, repository, 'status', '--porcelain').gits).toBeLessThan(10)
  })

  it(`filters a file of ${LARGE} MiB there and back`, { timeout: 240_000 }, async () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    const file = path.join(repository, 'secrets/model')
    const block = randomBytes(2 ** 20)
    for (let i = 0; i < LARGE; i++) appendFileSync(file, block)
    const before = await digest(file)
    alice.git(repository, '-c', 'core.compression=0', 'add', 'secrets/model')
    expect(isFileEnvelope(blob(alice, repository, ':secrets/model'))).toBe(true)
    rmSync(file)
    alice.git(repository, 'checkout', '--', 'secrets/model')
    expect(await digest(file)).toBe(before)
    expect(changes(alice, repository)).toBe('A  secrets/model\n')
  })
})

async function digest(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file)) hash.update(part as Buffer)
  return hash.digest('hex')
}

describe('attributes and diffs', () => {
  it('show plaintext in diff and log -p where unlocked, ciphertext where locked', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    write(repository, 'secrets/a.txt', 'secret of nobody\n')
    expect(alice.git(repository, 'diff').stdout).toContain(`-${secretOf('alice')}+secret of nobody\n`)
    alice.commit(repository, 'second')
    const shown = alice.git(repository, 'log', '-p', '-1').stdout
    expect(shown).toContain(`-${secretOf('alice')}+secret of nobody\n`)
    expect(alice.git(repository, 'show', 'HEAD~:secrets/a.txt').bytes.includes('alice')).toBe(false)
    alice.gitward(repository, 'lock')
    const locked = alice.git(repository, 'log', '-p').bytes
    expect(locked.includes('secret of')).toBe(false)
    expect(leaks(alice, repository, ['secret of alice', 'secret of nobody'])).toEqual([])
  })

  it.each(['* text eol=crlf', '* text=auto eol=crlf', '* ident', '* working-tree-encoding=UTF-16LE'])(
    'keep the bytes where the user wrote %s first',
    line => {
      const alice = newWorld().person('alice')
      const repository = alice.newRepository('repo')
      const before = `secrets/** ${line.slice(2)}\n*.md text eol=crlf\n`
      writeFileSync(path.join(repository, '.gitattributes'), before)
      alice.gitward(repository, 'init')
      alice.gitward(repository, 'protect', '--whole', 'secrets/**')
      expect(read(repository, '.gitattributes').toString().startsWith(before)).toBe(true)
      const secret = Buffer.from('a\nb\r\n$Id$\n\r\r\n')
      write(repository, 'secrets/a', secret)
      write(repository, 'a.md', 'a\n')
      alice.commit(repository)
      rmSync(path.join(repository, 'secrets/a'))
      rmSync(path.join(repository, 'a.md'))
      alice.git(repository, 'checkout', '--', '.')
      expect(read(repository, 'secrets/a').equals(secret)).toBe(true)
      expect(read(repository, 'a.md').toString()).toBe('a\r\n')
      const clone = alice.clone(repository, 'clone')
      expect(read(clone, 'secrets/a').equals(blob(alice, repository, 'HEAD:secrets/a'))).toBe(true)
      alice.gitward(clone, 'unlock')
      expect(read(clone, 'secrets/a').equals(secret)).toBe(true)
      expect(changes(alice, clone)).toBe('')
    },
  )
})

describe('names', () => {
  const names = [
    'two words',
    '-rf',
    'line\nfeed',
    'tab\tand "quotes"',
    "it's $(touch pwned) `touch pwned`; %f",
    'back\\slash',
    '*?[a]',
    'ünï-日本-🔑',
  ]
  const raw = Buffer.from('secrets/latin-\xe9\xff', 'latin1')

  it('are bytes: any name is sealed and opened', () => {
    const alice = newWorld().person('alice')
    const repository = protectedRepository(alice)
    for (const name of names) write(repository, `secrets/${name}`, `secret in ${name}`)
    const rawFile = Buffer.concat([Buffer.from(`${repository}/`), raw])
    writeFileSync(rawFile, 'secret in bytes')
    alice.commit(repository)
    expect(leaks(alice, repository, ['secret in'])).toEqual([])
    expect(alice.gitward(repository, 'lock').stderr).toBe(
      `locked: ${names.length + 2} files encrypted in the work tree, keys forgotten\n`,
    )
    expect(isFileEnvelope(readFileSync(rawFile))).toBe(true)
    alice.gitward(repository, 'unlock')
    for (const name of names) expect(read(repository, `secrets/${name}`).toString()).toBe(`secret in ${name}`)
    expect(readFileSync(rawFile, 'utf8')).toBe('secret in bytes')
    expect(changes(alice, repository)).toBe('')
    alice.git(repository, 'config', '--unset', 'filter.gitward.process')
    forgetStat(alice, repository)
    expect(changes(alice, repository)).toBe('')
    expect(existsSync(path.join(repository, 'pwned'))).toBe(false)
  })
})
