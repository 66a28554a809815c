import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { read, World, write, type Person, type RunOptions } from './support/world.ts'

const YAML = 'db: &db {host: h, port: 5432}\nprod:\n  <<: *db\n  password: "hun\\ter2" # c\n'
const PLAIN = { db: { host: 'h', port: 5432 }, prod: { host: 'h', port: 5432, password: 'hun\ter2' } }

let world: World
let alice: Person
let repository: string
let locked: string
let key: string
let app: string

beforeAll(() => {
  world = new World()
  alice = world.person('Alice')
  repository = alice.newRepository('repo')
  alice.gitward(repository, 'init')
  alice.gitward(repository, 'protect', 'config/*', '--keys', '**.password', '--keys', 'TOKEN')
  alice.gitward(repository, 'protect', '--whole', 'whole/*')
  write(repository, 'config/a.yaml', YAML)
  write(repository, 'config/a.json', '{"password": "p", "n": 1.5, "list": [true, null]}')
  write(repository, 'config/a.env', 'TOKEN=t\nN=1\n')
  write(repository, 'whole/a.json', '{"k": [1]}')
  alice.commit(repository)
  locked = alice.clone(repository, 'locked')
  key = (JSON.parse(read(repository, '.git/gitward/keyring.json').toString()) as { key: string }[])[0]!.key
  // an app that has the package in its node_modules
  app = mkdtempSync(path.join(inject('installed').folder, 'app-'))
  writeFileSync(
    path.join(app, 'app.mjs'),
    `import { loadConfig, GitwardError } from 'gitward'
     const { argv: [, , file], env: { APP_KEY: key } } = process
     try { console.log(JSON.stringify(await loadConfig(file, key ? { key } : undefined))) }
     catch (error) { console.log(error instanceof GitwardError, error.code, error.message); process.exitCode = error.exitCode }`,
  )
})

afterAll(() => {
  world.end()
  rmSync(app, { recursive: true, force: true })
})

const load = (cwd: string, args: readonly string[], options: RunOptions = {}) =>
  alice.run(cwd, process.execPath, [path.join(app, 'app.mjs'), args[0]!], {
    ...options,
    env: { ...options.env, ...(args[1] ? { APP_KEY: args[1] } : {}) },
    mayFail: true,
  })
const data = (...args: Parameters<typeof load>) => JSON.parse(load(...args).stdout) as unknown

describe('loadConfig in an app', () => {
  it('gives the data of an unlocked repository', () => {
    expect(data(repository, ['config/a.yaml'])).toEqual(PLAIN)
    expect(data(repository, ['config/a.json'])).toEqual({ password: 'p', n: 1.5, list: [true, null] })
    expect(data(repository, ['config/a.env'])).toEqual({ TOKEN: 't', N: '1' })
    expect(data(world.root, [path.join(repository, 'whole/a.json')])).toEqual({ k: [1] })
  })

  it('opens a locked clone with GITWARD_KEY or the key option', () => {
    const env = { GITWARD_KEY: key }
    expect(data(locked, ['config/a.yaml'], { env })).toEqual(PLAIN)
    expect(data(locked, ['whole/a.json'], { env })).toEqual({ k: [1] })
    expect(data(locked, ['config/a.env', key])).toEqual({ TOKEN: 't', N: '1' })
  })

  it('works where only the files were shipped, and writes nothing', () => {
    const shipped = path.join(world.root, 'image')
    mkdirSync(shipped)
    for (const part of ['.gitward', 'config'])
      cpSync(path.join(locked, part), path.join(shipped, part), { recursive: true })
    expect(data(shipped, ['config/a.yaml'], { env: { GITWARD_KEY: key } })).toEqual(PLAIN)
    expect(readdirSync(shipped).sort()).toEqual(['.gitward', 'config'])
  })

  it.each([
    [
      'no key',
      ['config/a.yaml'],
      3,
      'true LOCKED config/a.yaml: /prod/password: scope default is locked here',
    ],
    [
      'a foreign key',
      ['config/a.yaml', 'A'.repeat(43) + '='],
      4,
      'true WRONG_KEY the key for scope default is not of this repository',
    ],
    ['no key at all', ['config/a.yaml', 'x'], 2, 'true USAGE the key option is not an epoch key'],
    ['no such file', ['config/none.yaml'], 5, 'true IO cannot read config/none.yaml: ENOENT'],
  ])('fails for %s', (_, args, code, message) => {
    const { status, stdout } = load(locked, args)
    expect(stdout).toContain(message)
    expect(status).toBe(code)
  })

  it('fails for a policy that is not UTF-8', () => {
    const copy = path.join(world.root, 'latin1')
    cpSync(locked, copy, { recursive: true })
    const policy = read(copy, '.gitward/config.yaml')
    write(copy, '.gitward/config.yaml', Buffer.concat([policy, Buffer.from('# \xff\n', 'latin1')]))
    const { status, stdout } = load(copy, ['config/a.yaml', key])
    expect([status, stdout.trim()]).toEqual([2, 'true CONFIG .gitward/config.yaml is not UTF-8 text'])
  })

  it('fails for a moved token, and outside a protected repository', () => {
    const copy = path.join(world.root, 'moved')
    cpSync(locked, copy, { recursive: true })
    write(copy, 'config/a.yaml', read(copy, 'config/a.yaml').toString().replace('prod:', 'dev:'))
    expect(load(copy, ['config/a.yaml', key]).stdout).toContain(
      'true MOVED config/a.yaml: /dev/password: the value was moved',
    )
    write(world.root, 'plain.yaml', 'a: 1\n')
    expect(load(world.root, ['plain.yaml', key]).stdout).toContain(
      'true CONFIG plain.yaml: no folder above it has',
    )
  })
})
