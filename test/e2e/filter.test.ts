import { randomBytes } from 'node:crypto'
import { copyFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import {
  blob,
  FILE_MAGIC,
  isFileEnvelope,
  leaks,
  protectedRepository,
  read,
  recipientOf,
  sharedWorld,
  write,
} from './support/world.ts'

const JSON_ENVELOPE =
  /^\{"gitward":"v1","kid":"[\w+/=]+","nonce":"[\w+/=]{32}","ciphertext":"[\w+/=]+","tag":"[\w+/=]{24}"\}\n$/

const header = Buffer.concat([FILE_MAGIC, Buffer.from('01010000', 'hex'), Buffer.alloc(8, 7)])

/** Whatever somebody may keep in a file. */
const contents: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['one byte', Buffer.from('x')],
  ['no final line feed', Buffer.from('token: hunter2-hunter2')],
  ['CRLF and lone CR', Buffer.from('a: 1\r\nb: 2\rc\r\n\r\n')],
  ['blanks at the end', Buffer.from('a: 1   \n\n\n')],
  ['byte order mark', Buffer.from('\ufeffa: 1\n')],
  ['no UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0x0a, 0xc3])],
  ['NUL bytes', Buffer.alloc(100)],
  ['conflict markers', Buffer.from('<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n')],
  ['ident keyword', Buffer.from('$Id$ $Id: 1234 $\n')],
  ['one byte below a chunk', randomBytes(16383)],
  ['one chunk', randomBytes(16384)],
  ['one byte above a chunk', randomBytes(16385)],
  ['one byte above a leaf', randomBytes(2 ** 20 + 1)],
  ['just over a packet of git', randomBytes(65517)],
  ['the magic alone', FILE_MAGIC],
  ['the magic and text', Buffer.concat([FILE_MAGIC, Buffer.from('junk')])],
  ['a header alone', header],
  ['a cut envelope', Buffer.concat([header, randomBytes(24 + 32 + 15)])],
  ['the start of a JSON envelope', Buffer.from('{"gitward":"v1","kid":"')],
  ['a JSON envelope of no canonical form', Buffer.from('{"gitward": "v1", "kid": "x"}\n')],
  ['text that looks like a token', Buffer.from('a: gitward:v1:AAAAAAAAAAA:x:y:z\n')],
]

describe.each([
  { form: 'file', folder: 'secrets', isSealed: isFileEnvelope },
  { form: 'JSON', folder: 'json', isSealed: (bytes: Buffer) => JSON_ENVELOPE.test(bytes.toString()) },
])('$form envelopes', ({ folder, isSealed }) => {
  const world = sharedWorld()
  const alice = world.person('alice')
  const fileOf = (name: string) => `${folder}/${name}`
  let repository: string

  beforeAll(() => {
    repository = protectedRepository(alice)
    alice.gitward(repository, 'protect', '--whole=json', 'json/**')
    for (const [name, bytes] of contents) write(repository, fileOf(name), bytes)
    write(repository, fileOf('empty'), '')
    alice.commit(repository)
  })

  it.each(contents)('smudge inverts clean: %s', (name, bytes) => {
    expect(isSealed(blob(alice, repository, `:${fileOf(name)}`))).toBe(true)
    rmSync(path.join(repository, fileOf(name)))
    alice.git(repository, 'checkout', '--', fileOf(name))
    expect(read(repository, fileOf(name)).equals(bytes)).toBe(true)
  })

  it('leave an empty file empty', () => {
    expect(blob(alice, repository, `:${fileOf('empty')}`)).toHaveLength(0)
  })

  it('keep every plaintext out of the object store', () => {
    // shorter ones would be found by chance, and each JSON envelope starts like one of them
    const needles = contents
      .filter(([name, bytes]) => bytes.length > 20 && name !== 'the start of a JSON envelope')
      .map(([, bytes]) => bytes)
    expect(leaks(alice, repository, needles)).toEqual([])
  })

  it('are the same when the file is touched, added again, or written anew', () => {
    const before = alice.git(repository, 'ls-files', '-s').stdout
    forgetStat(alice, repository)
    expect(changes(alice, repository)).toBe('')
    alice.git(repository, 'add', '--renormalize', '.')
    expect(alice.git(repository, 'ls-files', '-s').stdout).toBe(before)
  })

  it('are the same for two people in two clones', () => {
    const bob = world.person('bob')
    alice.gitward(repository, 'member', 'add', 'bob', recipientOf(bob))
    alice.commit(repository, 'add bob')
    const clone = bob.clone(repository, `clone of ${folder}`)
    bob.gitward(clone, 'unlock')
    for (const [name, bytes] of contents) write(clone, fileOf(`again ${name}`), bytes)
    bob.git(clone, 'add', '-A')
    const idIn = (where: string, file: string, person = alice) =>
      person.git(where, 'rev-parse', `:${file}`).stdout
    for (const [name, bytes] of contents) {
      expect(read(clone, fileOf(name)).equals(bytes)).toBe(true)
      expect(idIn(clone, fileOf(`again ${name}`), bob)).toBe(idIn(repository, fileOf(name)))
    }
  })

  it('pass through clean unchanged when they are our own', () => {
    const sealed = blob(alice, repository, `:${fileOf('CRLF and lone CR')}`)
    write(repository, fileOf('copy'), sealed)
    alice.git(repository, 'add', fileOf('copy'))
    expect(blob(alice, repository, `:${fileOf('copy')}`).equals(sealed)).toBe(true)
    expect(alice.git(repository, 'diff', '--name-only').stdout).toBe('')
  })

  it('are what the plumbing commands make and open', () => {
    const input = Buffer.from('plumbing\r\n\xff', 'latin1')
    const sealed = alice.run(repository, 'gitward', ['clean', fileOf('x')], { input }).bytes
    expect(isSealed(sealed)).toBe(true)
    const opened = alice.run(repository, 'gitward', ['smudge', fileOf('x')], { input: sealed }).bytes
    expect(opened.equals(input)).toBe(true)
    copyFileSync(path.join(repository, fileOf('NUL bytes')), path.join(repository, 'plain'))
    const plain = alice.run(repository, 'gitward', ['clean', 'plain'], { input: 'public' }).stdout
    expect(plain).toBe('public')
  })
})
