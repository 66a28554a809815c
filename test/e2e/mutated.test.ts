import { existsSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { flipped } from './support/envelopes.ts'
import { epochFile } from './support/keys.ts'
import { blob, read, sharedWorld, write, type Ran } from './support/world.ts'

const SECRET = 'correct-horse-battery'
const FLAT = { models: 'models/a.bin', json: 'json/a.json', values: 'config/a.yaml' }
const world = sharedWorld()
const ann = world.person('ann')
let origin: string
let clones = 0

beforeAll(() => {
  origin = ann.newRepository('origin')
  ann.gitward(origin, 'init')
  ann.gitward(origin, 'protect', 'config/*.yaml')
  ann.gitward(origin, 'protect', '--whole', 'models/*')
  ann.gitward(origin, 'protect', '--whole=json', 'json/*')
  write(origin, FLAT.values, `db:\n  password: ${SECRET}\n`)
  for (const file of [FLAT.models, FLAT.json]) write(origin, file, SECRET)
  ann.commit(origin)
})

const newClone = (): string => ann.clone(origin, `clone ${++clones}`)

/** Puts bytes into work tree and index past the filter, as a forge or another git client can. */
function plant(clone: string, file: string, bytes: Buffer): void {
  const id = ann.run(clone, 'git', ['hash-object', '-w', '--stdin', '--no-filters'], { input: bytes })
  ann.git(clone, 'update-index', '--add', '--cacheinfo', `100644,${id.stdout.trim()},${file}`)
  write(clone, file, bytes)
}

/** Runs a command: it ends in words of ours, without a stack, and prints nothing of the secret. */
function orderly(clone: string, ...words: string[]): Ran {
  const ran = ann.tryGitward(clone, ...words)
  expect(ran.stderr).not.toMatch(/unexpected|^\s+at .+:\d+/m)
  expect(ran.stdout + ran.stderr).not.toContain(SECRET)
  return ran
}

/** What may become of bytes on their way. */
const CHANGES: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  'flipped middle': bytes => flipped(bytes, bytes.length >> 1),
  'flipped end': bytes => flipped(bytes, -4),
  half: bytes => bytes.subarray(0, bytes.length >> 1),
  twice: bytes => Buffer.concat([bytes, bytes]),
  shorter: bytes => bytes.subarray(0, -1),
}

describe.each([FLAT.models, FLAT.json])('copies of %s that were changed', good => {
  let clone: string
  const copy = (name: string) => path.join(path.dirname(good), name)

  beforeAll(() => {
    clone = newClone()
    ann.gitward(clone, 'unlock')
    for (const [name, change] of Object.entries(CHANGES))
      plant(clone, copy(name), change(blob(ann, clone, `HEAD:${good}`)))
  })

  it.each(Object.keys(CHANGES))('%s: cat, decrypt and verify print nothing and leave nothing', name => {
    for (const words of [['cat'], ['verify'], ['decrypt', '-o', 'out'], ['decrypt', '-o', '-']]) {
      const { status, stdout } = orderly(clone, words[0]!, copy(name), ...words.slice(1))
      expect([words, status, stdout]).toEqual([words, 4, ''])
    }
    expect(existsSync(path.join(clone, 'out'))).toBe(false)
  })

  it('check and status go on, and the good file still opens', () => {
    expect([0, 1]).toContain(orderly(clone, 'check', '--all').status)
    const status = orderly(clone, 'status')
    expect(status.status).toBe(0)
    for (const name of Object.keys(CHANGES)) expect(status.stdout).toContain(copy(name))
    expect(ann.gitward(clone, 'cat', good).stdout).toBe(SECRET)
  })
})

describe('a token that was changed', () => {
  it.each(Object.keys(CHANGES))('%s: no reader shows what it hid, and check sees what is no token', name => {
    const clone = newClone()
    ann.gitward(clone, 'unlock')
    const sealed = blob(ann, clone, `HEAD:${FLAT.values}`).toString()
    const token = /gitward:\S+/.exec(sealed)![0]
    const changed = CHANGES[name]!(Buffer.from(token)).toString()
    plant(clone, FLAT.values, Buffer.from(sealed.replace(token, changed)))
    const isToken = /^[\w:-]+$/.test(changed) && changed.length === token.length
    for (const words of [
      ['cat', FLAT.values],
      ['get', `${FLAT.values}:/db/password`],
    ])
      expect(orderly(clone, ...words).status).toBe(4)
    expect(orderly(clone, 'check', '--all').status).toBe(isToken ? 0 : 1)
    expect(orderly(clone, 'status').status).toBe(0)
  })
})

describe('a file of ours that was changed', () => {
  /** What becomes of unlock, status, check and cat where half of it, or all of it twice, stands. */
  it.each([
    ['the policy', (): string => '.gitward/config.yaml', [2, 2, 1, 2]],
    ['the epoch file', (): string => epochFile(origin), [4, 0, 0, 3]],
  ] as const)('%s: every command ends as the table says', (_, fileOf, statuses) => {
    for (const change of ['half', 'twice'] as const) {
      const clone = newClone()
      plant(clone, fileOf(), CHANGES[change]!(read(clone, fileOf())))
      const commands = [['unlock'], ['status'], ['check', '--all'], ['cat', FLAT.models]]
      expect(commands.map(words => orderly(clone, ...words).status)).toEqual(statuses)
    }
  })

  it('a baseline that is not UTF-8 accepts nothing', () => {
    const clone = newClone()
    plant(clone, '.gitward/baseline.yaml', Buffer.from('# \xff\nversion: 1\nfindings:\n', 'latin1'))
    const { status, stderr } = orderly(clone, 'check', '--all')
    expect([status, stderr.split('\n')[0]]).toEqual([2, 'gitward: .gitward/baseline.yaml is not UTF-8 text'])
  })

  it('recipients and attributes: members are warned, and check sees what clones would lack', () => {
    const clone = newClone()
    const [recipients, attributes] = ['.gitward/recipients/default.txt', '.gitattributes']
    plant(clone, recipients, CHANGES['half']!(read(clone, recipients)))
    plant(clone, attributes, CHANGES['half']!(read(clone, attributes)))
    const unlocked = orderly(clone, 'unlock')
    expect(unlocked.status).toBe(0)
    expect(unlocked.stderr).toContain(`${recipients} is not the list that epoch 1 was made for`)
    expect(orderly(clone, 'check', '--all').stdout).toContain('[attributes]')
    expect(orderly(clone, 'member', 'add', 'eve', 'age1eve').status).toBe(2)
  })
})
