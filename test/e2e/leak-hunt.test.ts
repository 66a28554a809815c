import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { summary, type WorldRecord } from './support/hunted.ts'
import { epochKeyText } from './support/keys.ts'
import { identityOf } from './support/members.ts'
import { Processes } from './support/processes.ts'
import { planted, protectedRepository, World, write, type Person } from './support/world.ts'

/** A world whose leaks are its own business. */
function spoilt(): { world: World; ann: Person; folder: string } {
  const world = new World()
  onTestFinished(() => rmSync(world.root, { recursive: true, force: true }))
  const ann = world.person('ann')
  return { world, ann, folder: protectedRepository(ann) }
}

const OBJECTS = { where: 'objects of repo/.git' }
const put = (ann: Person, folder: string, input: string | Buffer) =>
  ann.run(folder, 'git', ['hash-object', '-w', '--stdin'], { input })

describe('the hunt for leaks', () => {
  it('lets alone what people keep: files of the work tree, their keyring and their identities', () => {
    const { world, ann, folder } = spoilt()
    ann.gitward(folder, 'cat', 'secrets/a.txt')
    ann.git(folder, 'log', '-p')
    expect(world.hunt.look()).toEqual([])
  })

  it.each<[string, (text: string) => string]>([
    ['plain', text => `x${text}y`],
    ['in hex', text => Buffer.from(text).toString('hex')],
    ['in capital hex', text => Buffer.from(text).toString('hex').toUpperCase()],
    ['in base64', text => Buffer.from(`${text}, and more`).toString('base64')],
    ['in base64 one byte later', text => Buffer.from(`a${text}, and more`).toString('base64')],
    ['in base64 two bytes later', text => Buffer.from(`ab${text}, and more`).toString('base64url')],
    ['in a URL', text => `?key=${encodeURIComponent(text)}`],
  ])('finds each kind of secret %s in a dangling object', async (_, form) => {
    const { world, ann, folder } = spoilt()
    const key = await epochKeyText(ann, folder)
    put(ann, folder, form(planted()))
    put(ann, folder, form(identityOf(ann)))
    put(ann, folder, form(key.slice(-44)))
    const leaks = ['an epoch key', 'an identity', 'the planted secret'].map(what => ({ ...OBJECTS, what }))
    expect(world.hunt.look().sort((a, b) => a.what.localeCompare(b.what))).toEqual(leaks)
  })

  it('finds the raw bytes of a key, also after lock forgot it', async () => {
    const { world, ann, folder } = spoilt()
    const key = Buffer.from((await epochKeyText(ann, folder)).slice(-44), 'base64')
    ann.gitward(folder, 'status')
    ann.gitward(folder, 'lock')
    put(ann, folder, Buffer.concat([Buffer.from('x'), key]))
    expect(world.hunt.look()).toEqual([{ ...OBJECTS, what: 'an epoch key' }])
  })

  it('finds what a command prints whose job it is not, and standard error of all', () => {
    const { world, ann, folder } = spoilt()
    const fake = path.join(ann.home, 'gitward')
    writeFileSync(fake, '#!/bin/sh\necho "$GITWARD_KEY"\n', { mode: 0o755 })
    const env = { GITWARD_KEY: `prod=${Buffer.alloc(32, 'secret').toString('base64')}` }
    const run = (command: string, ...args: string[]) => ann.run(folder, command, args, { env })
    run(fake, 'cat', 'x')
    run(fake, 'status')
    run('sh', '-c', 'echo "$GITWARD_KEY" >&2')
    expect(world.hunt.look()).toEqual([
      { where: 'gitward status: standard output', what: 'an epoch key' },
      { where: 'sh -c echo "$GITWARD_KEY" >&2: standard error', what: 'an epoch key' },
    ])
  })

  it('finds what is left in temporary files, beside git’s own files and at home', () => {
    const { world, ann, folder } = spoilt()
    write(world.root, 'TMPDIR/left', planted())
    write(folder, '.git/gitward/note', planted())
    write(folder, 'secrets/.gitward-1-0.tmp', planted())
    write(ann.home, '.cache/x', planted())
    expect(
      world.hunt
        .look()
        .map(({ where }) => where)
        .sort(),
    ).toEqual([
      'TMPDIR/left',
      'home of ann/.cache/x',
      'repo/.git/gitward/note',
      'repo/secrets/.gitward-1-0.tmp',
    ])
  })

  it('fails the test, names the place and not the secret, and leaves nothing', () => {
    const { world, ann, folder } = spoilt()
    const record = path.join(world.root, '..', `${path.basename(world.root)} record`)
    mkdirSync(record)
    onTestFinished(() => rmSync(record, { recursive: true }))
    put(ann, folder, planted())
    expect(() => world.hunt.end(record)).toThrow(/^leaked: the planted secret in objects of repo\/\.git$/)
    expect(() => summary(record, [])).toThrow(/^leak hunt: the planted secret in objects of repo\/\.git$/)
  })

  it.skipIf(process.platform !== 'linux')('finds arguments of processes, as ps shows them', async () => {
    const { world, ann } = spoilt()
    const processes = new Processes()
    const word = randomBytes(16).toString('hex') // not of this run: the hunt at its end sees this process, too
    const child = ann.start(world.root, 'sh', '-c', 'sleep 60; :', word)
    const record = recordOf(world, {
      needles: [['the planted secret', Buffer.from(word).toString('hex')]],
    })
    try {
      await vi.waitFor(
        () => expect(() => summary(record, processes.lines())).toThrow(/arguments of sh/),
        60_000,
      )
    } finally {
      process.kill(-child.pid!, 'SIGKILL')
      processes.end()
    }
  })

  it('of nothing is no success', () => {
    const { world } = spoilt()
    expect(() => summary(recordOf(world, { commands: 0 }), [])).toThrow(
      'leak hunt: nothing was looked through',
    )
    expect(summary(recordOf(world, { commands: 1 }), [])).toMatch(/^leak hunt: no leak /)
  })
})

function recordOf(world: World, fields: Partial<WorldRecord>): string {
  const folder = path.join(world.root, `record ${Object.keys(fields).join()} ${fields.bytes}`)
  const line = { commands: 1, bytes: 1, repositories: 1, onPurpose: null, needles: [], leaks: [], ...fields }
  write(folder, '1.jsonl', `${JSON.stringify(line)}\n`)
  return folder
}
