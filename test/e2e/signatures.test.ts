import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, symlinkSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { sample } from '../tools/arbitraries.ts'
import { flipped } from './support/envelopes.ts'
import { allowSigners, newSshKey, messageOf, signedAgain } from './support/ssh.ts'
import { protectedRepository, read, recipientOf, sharedWorld, write } from './support/world.ts'

const LEAF_BYTES = 1 << 20
const world = sharedWorld()
const ann = world.person('ann')
const plaintext = Buffer.from(sample(2.5 * LEAF_BYTES))
const signers = path.join(world.root, 'allowed signers')
let recipient: string
let annKey: string
let rsaKey: string
let eveKey: string
let folder: string
let count = 0

beforeAll(() => {
  recipient = recipientOf(ann, '--classic')
  annKey = newSshKey(ann, 'id ed25519')
  rsaKey = newSshKey(ann, 'id rsa', 'rsa')
  eveKey = newSshKey(ann, 'eve')
  allowSigners(signers, [
    { identity: 'ann@example.invalid', key: annKey },
    { identity: 'rsa@example.invalid', key: rsaKey, options: 'namespaces="gitward-file-v1"' },
  ])
})

beforeEach(() => {
  folder = path.join(world.root, `outside any repository ${++count}`)
  write(folder, 'update.bin', plaintext)
})

const sign = (key = annKey, ...args: string[]) =>
  ann.gitward(folder, 'encrypt', 'update.bin', '-r', recipient, '--sign', key, ...args)
const decrypt = (...args: string[]) =>
  ann.tryGitward(folder, 'decrypt', 'update.bin.gitward', '--signer', signers, '-o', 'out', ...args)
const sigText = () => read(folder, 'update.bin.gitward.sig').toString()
const rewriteSig = (change: (text: string) => string) =>
  write(folder, 'update.bin.gitward.sig', change(sigText()))
const sealedFile = () => read(folder, 'update.bin.gitward')
/** Behind the keyslots, salt and commitment. */
const chunksAt = () => 24 + 2 * sealedFile().readUInt32BE(20) + 24 + 32
const files = () => readdirSync(folder).sort()

describe('a signed file', () => {
  it.each([
    ['Ed25519', () => annKey, 'ann@example.invalid'],
    ['RSA', () => rsaKey, 'rsa@example.invalid'],
  ])('opens for a signer with %s', (_, key, identity) => {
    expect(sign(key()).stderr).toBe('wrote update.bin.gitward and update.bin.gitward.sig\n')
    expect(files()).toEqual(['update.bin', 'update.bin.gitward', 'update.bin.gitward.sig'])
    expect(decrypt('--signed-by', identity)).toMatchObject({
      status: 0,
      stderr: `update.bin.gitward: signed by ${identity}\nwrote out\n`,
    })
    expect(read(folder, 'out').equals(plaintext)).toBe(true)
    const verified = ann.gitward(folder, 'verify', 'update.bin.gitward', '--signer', signers)
    expect(verified.stderr).toContain(`update.bin.gitward: signed by ${identity}\n`)
  })

  it('has a signature that SPEC describes and ssh-keygen verifies', () => {
    sign(annKey, '--round', '7', '--context', 'run 3')
    const sealed = sealedFile().subarray(chunksAt())
    const leaves = [0, 1, 2].map(i => sealed.subarray(i * LEAF_BYTES, (i + 1) * LEAF_BYTES))
    const hashes = leaves.map(leaf => createHash('sha256').update(leaf).digest())
    const message = messageOf(sigText())
    expect(message.subarray(-96).equals(Buffer.concat(hashes))).toBe(true)
    expect(message.readBigUInt64BE(message.length - 104)).toBe(BigInt(sealed.length))
    write(folder, 'ssh', sigText().slice(sigText().indexOf('-----BEGIN')))
    const args = ['-f', signers, '-s', 'ssh', '-n', 'gitward-file-v1', '-I', 'ann@example.invalid']
    ann.run(folder, 'ssh-keygen', ['-Y', 'verify', ...args], { input: message })
  })

  it('opens with the words that were signed, under another name, and from standard input', () => {
    sign(annKey, '--round', '7', '--context', 'run 3')
    const words = ['--round', '7', '--context', 'run 3']
    expect(decrypt(...words).status).toBe(0)
    const sealed = sealedFile()
    write(folder, 'moved', sealed)
    const elsewhere = ['--signature', 'update.bin.gitward.sig', '--name', 'update.bin.gitward', ...words]
    ann.gitward(folder, 'decrypt', 'moved', '--signer', signers, '-o', 'out2', ...elsewhere)
    expect(read(folder, 'out2').equals(plaintext)).toBe(true)
    const piped = ann.run(folder, 'gitward', ['decrypt', '-', '--signer', signers, ...elsewhere], {
      input: sealed,
    })
    expect(piped.bytes.equals(plaintext)).toBe(true)
    expect(piped.stderr).toBe('standard input: signed by ann@example.invalid\n')
  })

  it('keeps its signature when its recipients change', () => {
    sign()
    const bob = recipientOf(world.person('bob'), '--classic')
    ann.gitward(folder, 'rewrap', 'update.bin.gitward', '--add', bob)
    expect(decrypt().status).toBe(0)
  })

  it('can be one of a repository', () => {
    const repository = protectedRepository(ann, 'repo')
    write(repository, 'model.bin', plaintext)
    ann.gitward(repository, 'encrypt', 'model.bin', '--sign', annKey)
    ann.gitward(repository, 'decrypt', 'model.bin.gitward', '--signer', signers, '-o', 'out')
    expect(read(repository, 'out').equals(plaintext)).toBe(true)
  })

  it('is signed by an agent that holds the key', () => {
    const key = newSshKey(ann, 'locked', 'ed25519', 'two words')
    const refused = ann.run(
      folder,
      'setsid',
      ['gitward', 'encrypt', 'update.bin', '-r', recipient, '--sign', key],
      { mayFail: true, env: { SSH_ASKPASS_REQUIRE: 'never' } },
    )
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain(`${key} does not sign: Load key`)
    expect(refused.stderr).toContain(`try: ssh-add '${key}'\n`)
    expect(files()).toEqual(['update.bin'])
    write(ann.home, 'ask', '#!/bin/sh\necho two words\n')
    const script =
      'chmod +x "$HOME/ask" && SSH_ASKPASS="$HOME/ask" ssh-add -q "$1" && rm "$1" && gitward encrypt update.bin -r "$2" --sign "$1.pub"'
    ann.run(folder, 'ssh-agent', ['sh', '-c', script, 'sh', key, recipient], {
      env: { SSH_ASKPASS_REQUIRE: 'force' },
    })
    allowSigners(path.join(folder, 'agents'), [{ identity: 'agent', key }])
    ann.gitward(folder, 'verify', 'update.bin.gitward', '--signer', 'agents')
  })
})

describe('decrypt --signer refuses', () => {
  it.each([
    [
      'a file without a signature',
      'update.bin.gitward is not signed: update.bin.gitward.sig is missing',
      () => {
        ann.run(folder, 'rm', ['update.bin.gitward.sig'])
      },
    ],
    ['a signer that nobody allowed', 'nobody in', () => rewriteSig(sig => signedAgain(ann, sig, eveKey))],
    [
      'a signature for another purpose',
      'namespace',
      () => rewriteSig(sig => signedAgain(ann, sig, annKey, 'git')),
    ],
    [
      'a name changed after signing',
      'incorrect signature',
      () => rewriteSig(sig => sig.replace('name update', 'name upDate')),
    ],
    [
      'a round added after signing',
      'incorrect signature',
      () => rewriteSig(sig => sig.replace('salt', 'round 9\nsalt')),
    ],
    [
      'another spelling',
      'not spelled as gitward spells it',
      () => rewriteSig(sig => sig.replace('round', 'round ').replaceAll('length ', 'length 0')),
    ],
    ['an empty signature', 'not a whole signature', () => write(folder, 'update.bin.gitward.sig', '')],
    [
      'a file sealed again from the same plaintext',
      'sealed again',
      () => {
        ann.gitward(folder, 'encrypt', 'update.bin', '-r', recipient, '--force')
      },
    ],
    [
      'a longer file',
      'shorter or longer',
      () => {
        write(folder, 'update.bin.gitward', Buffer.concat([sealedFile(), Buffer.alloc(1)]))
      },
    ],
    [
      'a file cut by a chunk',
      'shorter or longer',
      () => {
        truncateSync(path.join(folder, 'update.bin.gitward'), chunksAt() + 100 * 16_400 + 20)
      },
    ],
    ['a changed salt', 'sealed again', () => change(chunksAt() - 56)],
    ['a changed commitment', 'sealed again', () => change(chunksAt() - 1)],
    ['a byte of the first leaf', 'not the bytes that were signed (leaf 0)', () => change(chunksAt())],
    ['a byte of the last leaf', 'not the bytes that were signed (leaf 2)', () => change(-1)],
    ['an empty file', 'is no file envelope', () => write(folder, 'update.bin.gitward', '')],
    ['plaintext', 'is no file envelope', () => write(folder, 'update.bin.gitward', 'plain')],
    [
      'a file of JSON',
      'is no file envelope',
      () => write(folder, 'update.bin.gitward', '{"gitward":"v1"}\n'),
    ],
  ])('%s', (_, message, attack) => {
    sign()
    attack()
    const refused = decrypt()
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(message)
    expect(files()).not.toContain('out')
    expect(decrypt('-o', '-')).toMatchObject({ status: 4 })
    expect(ann.tryGitward(folder, 'verify', 'update.bin.gitward', '--signer', signers).status).toBe(4)
  })

  const change = (at: number) => write(folder, 'update.bin.gitward', flipped(sealedFile(), at))

  it('a signer whose time is over, another signer than was asked for, and an unreadable list', () => {
    sign()
    const late = path.join(folder, 'late')
    allowSigners(late, [{ identity: 'ann', key: annKey, options: 'valid-before="20200101"' }])
    expect(decrypt('--signer', late)).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('key has expired'),
    })
    expect(decrypt('--signer', late, '--signed-by', 'ann').stderr).toContain('key has expired')
    expect(decrypt('--signed-by', 'rsa@example.invalid').stderr).toContain(
      `it is no signature of rsa@example.invalid: ${signers} gives rsa@example.invalid another key, or none`,
    )
    expect(decrypt('--signer', 'nowhere')).toMatchObject({
      status: 5,
      stderr: 'gitward: cannot read nowhere: ENOENT\n  try: ls -ld nowhere\n',
    })
  })

  it.each([
    ['name', [], ['--name', 'other'], 'it was signed for name update.bin.gitward, not other: a replay?'],
    ['round', ['--round', '7'], ['--round', '8'], 'it was signed for round 7, not 8: a replay?'],
    ['round, where none is expected', ['--round', '7'], [], 'it was signed for round 7, not none: a replay?'],
    ['round, where one is expected', [], ['--round', '0'], 'it was signed for round none, not 0: a replay?'],
    ['context', ['--context', 'a'], [], 'it was signed for context a, not gitward/v1/signature: a replay?'],
  ])('another %s', (_, said, expected, message) => {
    sign(annKey, ...said)
    const refused = decrypt(...expected)
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain(`update.bin.gitward.sig: ${message}`)
    expect(files()).not.toContain('out')
  })

  it('what stands under the name of another signed file', () => {
    sign()
    for (const end of ['.gitward', '.gitward.sig'])
      write(folder, `round 2${end}`, read(folder, `update.bin${end}`))
    const refused = ann.tryGitward(folder, 'decrypt', 'round 2.gitward', '--signer', signers)
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain('signed for name update.bin.gitward, not round 2.gitward: a replay?')
  })

  it('to give out any byte of a leaf before it is checked', () => {
    sign()
    const sealed = sealedFile()
    write(folder, 'update.bin.gitward', flipped(sealed, chunksAt() + 2 * LEAF_BYTES - 1))
    const { bytes, status } = decrypt('-o', '-')
    expect(status).toBe(4)
    expect(bytes.length).toBeLessThanOrEqual(LEAF_BYTES)
    expect(plaintext.subarray(0, bytes.length).equals(bytes)).toBe(true)
  })
})

describe('encrypt --sign refuses', () => {
  it.each([
    ['a key that is not there', ['--sign', 'nokey'], 5, 'cannot read nokey: ENOENT'],
    ['standard output', ['--sign', '$', '-o', '-'], 2, 'a signature stands beside the file that it is for'],
    ['a round that is no number', ['--sign', '$', '--round', '07'], 2, 'no number without leading zeros'],
    [
      'a name that no terminal shows',
      ['--sign', '$', '--name', 'a\nb'],
      2,
      'the name holds control characters',
    ],
    ['words without a signature', ['--round', '7'], 2, '--round says something of a signature'],
    ['a signature that is there', ['--sign', '$', '-o', 'x'], 2, 'x.sig exists'],
  ])('%s, and writes nothing', (_, args, status, message) => {
    write(folder, 'x.sig', 'mine')
    const given = args.map(arg => (arg === '$' ? annKey : arg))
    const refused = ann.tryGitward(folder, 'encrypt', 'update.bin', '-r', recipient, ...given)
    expect(refused.status).toBe(status)
    expect(refused.stderr).toContain(message)
    expect(files()).toEqual(['update.bin', 'x.sig'])
    expect(read(folder, 'x.sig').toString()).toBe('mine')
  })

  it('a key that others can read, in one line', () => {
    const key = newSshKey(ann, 'open')
    chmodSync(key, 0o644)
    const refused = ann.tryGitward(folder, 'encrypt', 'update.bin', '-r', recipient, '--sign', key)
    expect(refused).toMatchObject({
      status: 3,
      stderr: `gitward: ${key} does not sign: others can read it, so ssh-keygen refuses it\n  try: chmod 600 '${key}'\n`,
    })
    expect(files()).toEqual(['update.bin'])
  })

  it('a file that is no SSH key, and a machine without OpenSSH', () => {
    write(folder, 'key', 'no key\n')
    const refused = ann.tryGitward(folder, 'encrypt', 'update.bin', '-r', recipient, '--sign', 'key')
    expect(refused.status).toBe(3)
    expect(refused.stderr).toContain('key does not sign: ')
    const bare = path.join(folder, 'bin')
    mkdirSync(bare)
    symlinkSync(process.execPath, path.join(bare, 'node'))
    const args = ['encrypt', 'update.bin', '-r', recipient, '--sign', annKey]
    const missing = ann.run(folder, path.join(inject('installed').bin, 'gitward'), args, {
      mayFail: true,
      env: { PATH: bare },
    })
    expect(missing).toMatchObject({
      status: 5,
      stderr:
        'gitward: signatures need ssh-keygen of OpenSSH 8.2 or later, which is not here\n  try: sudo apt install openssh-client\n',
    })
    expect(files()).toEqual(['bin', 'key', 'update.bin'])
  })

  it('an empty file under a key of the repository, which has no envelope', () => {
    const repository = protectedRepository(ann, 'repo with empty')
    write(repository, 'empty', '')
    const refused = ann.tryGitward(repository, 'encrypt', 'empty', '--sign', annKey)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('empty is empty: only a portable file can say so')
    expect(readdirSync(repository)).not.toContain('empty.gitward')
  })
})

it('encrypt --sign that is stopped while OpenSSH waits for a passphrase leaves nothing', async () => {
  const key = newSshKey(ann, 'patient', 'ed25519', 'two words')
  write(folder, 'ask', '#!/bin/sh\ntouch asked; sleep 60\n')
  ann.run(folder, 'chmod', ['+x', 'ask'])
  const child = spawn(
    path.join(inject('installed').bin, 'gitward'),
    ['encrypt', 'update.bin', '-r', recipient, '--sign', key],
    {
      cwd: folder,
      env: { ...ann.env, SSH_ASKPASS: path.join(folder, 'ask'), SSH_ASKPASS_REQUIRE: 'force' },
      stdio: 'ignore',
    },
  )
  const ended = new Promise(resolve => child.on('exit', resolve))
  while (!files().includes('asked')) await setTimeout(20)
  child.kill('SIGINT')
  expect(await ended).toBe(130)
  expect(files()).toEqual(['ask', 'asked', 'update.bin'])
})
