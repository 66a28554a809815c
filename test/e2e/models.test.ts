import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sample } from '../tools/arbitraries.ts'
import { flipped } from './support/envelopes.ts'
import { epochKeyText } from './support/keys.ts'
import { identityFile } from './support/members.ts'
import { read, recipientOf, sharedWorld, write, type Person } from './support/world.ts'

const MIB = 2 ** 20
const CHUNK = 16_400
const SIZES = [0, 1, 16_383, 16_384, 16_385, MIB - 1, MIB, MIB + 1]
const world = sharedWorld()
const ann = world.person('ann')
let repository: string
let annKey: string
let folder: string
let count = 0

beforeAll(() => {
  repository = ann.newRepository('repo')
  ann.gitward(repository, 'init')
  annKey = recipientOf(ann, '--classic')
})

beforeEach(() => {
  folder = path.join(repository, `work ${++count}`)
  mkdirSync(folder)
})

const portable = (): string[] => ['-r', annKey]
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const names = () => readdirSync(folder).sort()
const front = (envelope: Buffer) =>
  envelope.readUInt16BE(10) === 0 ? 76 : 80 + 2 * envelope.readUInt32BE(20)
const decrypt = (file: string, person = ann) => person.tryGitward(folder, 'decrypt', file, '-o', 'out')

/** Must fail with exit 4 and leave nothing but what was there. */
function expectTampered(file: string, envelope: Buffer): void {
  write(folder, file, envelope)
  const before = names()
  const refused = decrypt(file)
  expect([refused.status, refused.stdout]).toEqual([4, ''])
  expect(refused.stderr).toMatch(/^gitward: .+\n {2}try: .+\n$/)
  expect(names()).toEqual(before)
}

describe.each([
  ['under a repository key', () => [], SIZES.filter(size => size > 0)],
  ['for a recipient', portable, SIZES],
])('a model sealed %s', (_, options, sizes) => {
  it.each(sizes)('comes back whole from %i bytes, through files and pipes', size => {
    write(folder, 'm', Buffer.from(sample(size)))
    ann.gitward(folder, 'encrypt', 'm', ...options())
    ann.gitward(folder, 'decrypt', 'm.gitward', '-o', 'out')
    expect(read(folder, 'out').equals(read(folder, 'm'))).toBe(true)
    const pipe = `gitward encrypt - ${options().join(' ')} < m | gitward decrypt - | cmp - m && gitward decrypt m.gitward -o - | cmp - m && gitward encrypt m ${options().join(' ')} -o - | gitward decrypt - | cmp - m`
    expect(ann.run(folder, 'sh', ['-c', pipe]).stdout).toBe('')
  })

  it.each(['1', '2', '3', '4'])('of 20 MiB comes back with %s threads', jobs => {
    write(folder, 'm', Buffer.from(sample(20 * MIB + 7)))
    ann.gitward(folder, 'encrypt', 'm', '--jobs', jobs, ...options())
    ann.gitward(folder, 'verify', 'm.gitward', '--jobs', jobs)
    ann.gitward(folder, 'decrypt', 'm.gitward', '-o', 'out', '--jobs', jobs)
    expect(hash(read(folder, 'out'))).toBe(hash(read(folder, 'm')))
    expect(statSync(path.join(folder, 'out')).mode & 0o777).toBe(0o600)
  })

  it('with chunks cut, swapped, doubled, or taken from another file of the key does not open', () => {
    const size = 3 * 16_384 + 100
    write(folder, 'm', Buffer.from(sample(size)))
    write(folder, 'n', Buffer.from(sample(size)).reverse())
    for (const each of ['m', 'n']) ann.gitward(folder, 'encrypt', each, ...options())
    const [good, other] = [read(folder, 'm.gitward'), read(folder, 'n.gitward')]
    const at = (chunk: number) => front(good) + chunk * CHUNK
    const chunk = (n: number, from = good) => from.subarray(at(n), n === 3 ? undefined : at(n + 1))
    const joined = (...parts: readonly Buffer[]) => Buffer.concat([good.subarray(0, at(0)), ...parts])
    const damaged = [
      ...[0, 1, 2, 3].flatMap(n => [at(n), at(n) + 16, at(n) + 100]).map(end => good.subarray(0, end)),
      good.subarray(0, -1),
      joined(chunk(1), chunk(0), chunk(2), chunk(3)),
      joined(chunk(0), chunk(0), chunk(1), chunk(2), chunk(3)),
      joined(chunk(0), chunk(2), chunk(3)),
      joined(chunk(0), chunk(1), chunk(2)),
      joined(chunk(0), chunk(1, other), chunk(2), chunk(3)),
      joined(chunk(0), chunk(1), chunk(2), chunk(3, other)),
      Buffer.concat([other.subarray(0, at(0)), good.subarray(at(0))]),
      Buffer.concat([good, Buffer.alloc(16)]),
    ]
    for (const envelope of damaged) expectTampered('bad.gitward', envelope)
    write(folder, 'bad.gitward', joined(chunk(0), chunk(1), chunk(2), chunk(3)))
    expect(decrypt('bad.gitward').status).toBe(0)
  })
})

describe('every byte of a small envelope', () => {
  it('of a repository, flipped, is noticed', async () => {
    write(folder, 'm', 'weights')
    ann.gitward(folder, 'encrypt', 'm')
    const library = (await import(path.join(packageFolder(), 'dist/index.js'))) as Library
    const good = read(folder, 'm.gitward')
    for (let at = 0; at < good.length; at++) {
      write(folder, 'bad', flipped(good, at))
      const opening = library.openModel(path.join(folder, 'bad'), {
        key: await epochKeyText(ann, repository),
      })
      await expect(opening).rejects.toMatchObject({ name: 'GitwardError' })
    }
    write(folder, 'bad', good)
    const model = await library.openModel(path.join(folder, 'bad'), {
      key: await epochKeyText(ann, repository),
    })
    expect(Buffer.from(await model.bytes()).toString()).toBe('weights')
    await model.close()
  })

  it.each([0, 8, 9, 10, 11, 12, 19, 20, 43, 44, 75, 76, 82, 83, 98])(
    '(byte %i) stops the command with exit 4',
    at => {
      write(folder, 'm', 'weights')
      ann.gitward(folder, 'encrypt', 'm')
      if (at > 0) return expectTampered('bad.gitward', flipped(read(folder, 'm.gitward'), at))
      write(folder, 'bad.gitward', flipped(read(folder, 'm.gitward'), at))
      return expect(decrypt('bad.gitward')).toMatchObject({ status: 2, stdout: '' }) // no magic: it is any file
    },
  )
})

describe('a model that is no regular file', () => {
  it.each<[string, string[]]>([
    ['encrypt', portable()],
    ['decrypt', ['-o', 'out']],
    ['verify', []],
    ['inspect', []],
  ])('%s says so of a pipe, a device and a folder', (verb, options) => {
    ann.run(folder, 'mkfifo', ['pipe'])
    mkdirSync(path.join(folder, 'sub'))
    const given = verb === 'encrypt' ? portable() : options
    for (const [name, status, message] of [
      ['pipe', 2, 'pipe is a pipe or a device, not a file'],
      ['/dev/null', 2, '/dev/null is a pipe or a device, not a file'],
      ['sub', 5, 'cannot read sub: EISDIR'],
    ] as const) {
      const refused = ann.tryGitward(
        folder,
        verb,
        name,
        ...given,
        ...(verb === 'encrypt' ? ['-o', 'out'] : []),
      )
      expect([name, refused.status, refused.stdout]).toEqual([name, status, ''])
      expect(refused.stderr).toContain(message)
    }
    expect(names()).toEqual(['pipe', 'sub'])
  })

  it('is never replaced, not even with --force', () => {
    write(folder, 'm', 'weights')
    ann.run(folder, 'mkfifo', ['pipe'])
    const refused = ann.tryGitward(folder, 'encrypt', 'm', ...portable(), '-o', 'pipe', '--force')
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('pipe is no regular file')
    expect(statSync(path.join(folder, 'pipe')).isFIFO()).toBe(true)
  })
})

describe('a command that is stopped', () => {
  const SIZE = 96 * MIB
  const ended = (child: ChildProcess) =>
    new Promise<number | NodeJS.Signals | null>(resolve =>
      child.once('close', (code, signal) => resolve(code ?? signal)),
    )
  const isAbsent = (file: string) => !existsSync(path.join(folder, file))
  const temporary = () => names().filter(name => name.endsWith('.tmp'))

  beforeEach(() => {
    write(folder, 'm', Buffer.alloc(SIZE, 'weights '))
  })

  async function stopped(signal: NodeJS.Signals, delay: number, ...args: string[]) {
    const child = ann.start(folder, 'gitward', ...args)
    child.stderr?.resume()
    const end = ended(child)
    while (child.exitCode === null && temporary().length === 0) await setTimeout(1)
    await setTimeout(delay)
    child.kill(signal)
    return end
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s exits %i and leaves nothing', async (signal, status) => {
    for (const jobs of ['1', '2']) {
      expect(await stopped(signal, 5, 'encrypt', 'm', ...portable(), '--jobs', jobs)).toBe(status)
      expect(names()).toEqual(['m'])
    }
  })

  it('by kill -9 at any moment leaves an output that is absent or whole', { timeout: 240_000 }, async () => {
    for (let round = 0; round < 8; round++) {
      await stopped('SIGKILL', round * 20, 'encrypt', 'm', ...portable())
      expect(isAbsent('m.gitward') || ann.tryGitward(folder, 'verify', 'm.gitward').status === 0).toBe(true)
      rmSync(path.join(folder, 'm.gitward'), { force: true })
      for (const each of temporary()) rmSync(path.join(folder, each))
    }
    ann.gitward(folder, 'encrypt', 'm', ...portable())
    for (let round = 0; round < 8; round++) {
      await stopped('SIGKILL', round * 20, 'decrypt', 'm.gitward', '-o', 'out')
      expect(isAbsent('out') || hash(read(folder, 'out')) === hash(read(folder, 'm'))).toBe(true)
      rmSync(path.join(folder, 'out'), { force: true })
      for (const each of temporary()) {
        expect(statSync(path.join(folder, each)).mode & 0o777).toBe(0o600)
        rmSync(path.join(folder, each))
      }
    }
  })

  it('because the file grows or changes says so and leaves nothing', async () => {
    for (const options of [portable(), []]) {
      const child = ann.start(folder, 'gitward', 'encrypt', 'm', ...options)
      let stderr = ''
      child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()))
      const end = ended(child)
      while (child.exitCode === null && temporary().length === 0) await setTimeout(1)
      appendFileSync(path.join(folder, 'm'), 'more')
      expect(await end).toBe(5)
      expect(stderr).toBe(
        'gitward: m: it was changed while it was being read\n  try: stop what writes it, and try again\n',
      )
      expect(names()).toEqual(['m'])
    }
  })

  it('because the disk is full says so and leaves nothing', context => {
    const small = path.join(folder, 'small disk')
    mkdirSync(small)
    const mounted = ann.run(folder, 'mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', small], {
      mayFail: true,
    })
    if (mounted.status !== 0) context.skip('a small disk cannot be mounted here: needs root')
    try {
      for (const options of [portable(), [], ['--format', 'json']]) {
        const refused = ann.tryGitward(folder, 'encrypt', 'm', ...options, '-o', 'small disk/out')
        expect([refused.status, refused.stdout]).toEqual([5, ''])
        expect(refused.stderr).toContain('ENOSPC')
        expect(readdirSync(small)).toEqual([])
      }
    } finally {
      ann.run(folder, 'umount', [small])
    }
  })
})

describe('where threads cannot start', () => {
  it('those that run do the work', context => {
    if (process.getuid?.() !== 0) context.skip('nobody else can be played here: needs root')
    const open = path.join(world.root, 'limited')
    cpSync(packageFolder(), path.join(open, 'package'), { recursive: true })
    write(open, 'm', Buffer.alloc(80 * MIB, 'weights '))
    for (const each of [world.root, open]) chmodSync(each, 0o777)
    // nothing limits root, and of somebody else nobody knows what runs already
    const stranger = ['setpriv', '--reuid=61234', '--clear-groups', '--bounding-set=-all', '--inh-caps=-all']
    const limited = (...args: string[]) =>
      ann.run(open, 'prlimit', ['--nproc=14', ...stranger, process.execPath, 'package/dist/cli.cjs', ...args])
    limited('encrypt', 'm', ...portable(), '--jobs', '9')
    ann.gitward(open, 'decrypt', 'm.gitward', '-o', 'out')
    expect(hash(read(open, 'out'))).toBe(hash(read(open, 'm')))
    rmSync(open, { recursive: true })
  })
})

describe('a model beyond 4 GiB', () => {
  it('is sealed, verified and read in part, in constant memory', { timeout: 600_000 }, async context => {
    if (process.env['GITWARD_LARGE'] === undefined) context.skip('takes 10 GB of disk: set GITWARD_LARGE=1')
    const size = 2 ** 32 + 5
    const file = path.join(folder, 'm')
    const fd = openSync(file, 'w')
    writeSync(fd, 'the end', size - 7)
    closeSync(fd)
    const run = (...args: string[]) =>
      ann.run(folder, 'sh', ['-c', `/usr/bin/time -f %M gitward "$@"`, 'sh', ...args]).stderr
    const peak = (stderr: string) => Number(/(\d+)\n$/.exec(stderr)![1])
    expect(peak(run('encrypt', 'm', ...portable()))).toBeLessThan(256_000)
    expect(peak(run('verify', 'm.gitward'))).toBeLessThan(256_000)
    const library = (await import(path.join(packageFolder(), 'dist/index.js'))) as Library
    const model = await library.openModel(path.join(folder, 'm.gitward'), {
      identityFile: identityFile(ann, 'identity-classic.txt'),
    })
    expect(model.size).toBe(size)
    expect(Buffer.from(await model.read(size - 8, 8)).toString()).toBe('\0the end')
    await expect(model.bytes()).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'use read(offset, length) or stream()',
    })
    await model.close()
    ann.gitward(folder, 'decrypt', 'm.gitward', '-o', 'out')
    const tail = Buffer.alloc(8)
    const opened = openSync(path.join(folder, 'out'), 'r')
    readSync(opened, tail, 0, 8, size - 8)
    closeSync(opened)
    expect([statSync(path.join(folder, 'out')).size, tail.toString()]).toEqual([size, '\0the end'])
  })
})

describe('standard input', () => {
  it('under a repository key is held to 64 MiB, and says so beyond', () => {
    write(folder, 'm', Buffer.alloc(65 * MIB))
    const refused = ann.run(folder, 'sh', ['-c', 'gitward encrypt - < m > out'], { mayFail: true })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('standard input is longer than 64 MiB')
    truncateSync(path.join(folder, 'm'), 64 * MIB)
    ann.gitward(folder, 'encrypt', 'm')
    expect(ann.run(folder, 'sh', ['-c', 'gitward encrypt - < m | cmp - m.gitward']).status).toBe(0)
  })

  it('that is cut gives exit 4, and no file', () => {
    write(folder, 'm', Buffer.from(sample(3 * MIB)))
    ann.gitward(folder, 'encrypt', 'm', ...portable())
    for (const bytes of [0, 10, 100, 20_000, 2 * MIB]) {
      const cut = ann.run(folder, 'sh', ['-c', `head -c ${bytes} m.gitward | gitward decrypt - -o out`], {
        mayFail: true,
      })
      expect([bytes, cut.status]).toEqual([bytes, 4])
      rmSync(path.join(folder, 'out'), { force: true })
    }
    expect(names()).toEqual(['m', 'm.gitward'])
  })
})

interface Library {
  openModel(
    file: string,
    options?: object,
  ): Promise<{
    readonly size: number
    read(offset: number, length: number): Promise<Uint8Array>
    bytes(): Promise<Uint8Array>
    close(): Promise<void>
  }>
}

const packageFolder = (): string => installedPackage(ann)

function installedPackage(person: Person): string {
  return path.dirname(
    path.dirname(person.run(world.root, 'sh', ['-c', 'readlink -f "$(command -v gitward)"']).stdout.trim()),
  )
}
