import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { filesWith, hasLfs, objectFile, pathWithoutLfs, pointerOf, storedIn } from './support/lfs.ts'
import { newHub } from './support/members.ts'
import {
  blob,
  isFileEnvelope,
  leaks,
  newWorld,
  prepared,
  read,
  recipientOf,
  sharedWorld,
  write,
  type Person,
} from './support/world.ts'

const MARK = 'plaintext of a model'
const MODEL = 'models/my net.safetensors'
const weights = (size = 3_000_000): Buffer =>
  Buffer.concat([Buffer.from(MARK), randomBytes(size), Buffer.from(MARK)])
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const touch = (repository: string, file: string) => utimesSync(path.join(repository, file), 1, 1)

/** A repository with one model in git-lfs. */
function lfsRepository(person: Person, name = 'repo', content = weights()): string {
  const repository = prepared(person, name, ['lfs'], (owner, folder) => {
    owner.gitward(folder, 'init')
    owner.gitward(folder, 'protect', '--whole=lfs', 'models/**')
  })
  write(repository, MODEL, content)
  person.commit(repository, 'model')
  return repository
}

/** Puts `content` into the store and a pointer to it into the index, past gitward. */
function plant(person: Person, repository: string, file: string, content: Buffer): void {
  const pointer = person.run(repository, 'git', ['lfs', 'clean'], { input: content }).bytes
  const id = person.run(repository, 'git', ['hash-object', '-w', '--stdin'], { input: pointer }).stdout.trim()
  person.git(repository, 'update-index', '--add', '--cacheinfo', `100644,${id},${file}`)
}

describe.skipIf(!hasLfs)('a team with models in git-lfs', () => {
  const world = sharedWorld()
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  const model = weights()
  let [hub, ours, theirs] = ['', '', '']

  beforeAll(() => {
    hub = newHub(world, alice)
    ours = alice.clone(hub, 'ours')
    alice.gitward(ours, 'init')
  })

  it('git holds a pointer to ciphertext, and the store nothing else', () => {
    expect(alice.gitward(ours, 'protect', '--whole=lfs', 'models/**').stderr).toContain(
      'protected: models/**\n',
    )
    write(ours, MODEL, model)
    write(ours, 'README', 'public\n')
    alice.commit(ours, 'first')
    const { oid, size } = pointerOf(blob(alice, ours, `HEAD:${MODEL}`))
    const stored = readFileSync(objectFile(ours, oid))
    expect([isFileEnvelope(stored), stored.length, sha256(stored)]).toEqual([true, size, oid])
    expect(filesWith(path.join(ours, '.git'), MARK)).toEqual([])
    expect(leaks(alice, ours, [MARK, sha256(model)])).toEqual([])
    expect(alice.git(ours, 'status', '--porcelain').stdout).toBe('')
    expect(alice.gitward(ours, 'status').stdout).toBe(`sealed           ${MODEL}\n`)
    expect(alice.gitward(ours, 'check').status).toBe(0)
  })

  it('unchanged files keep their pointer', () => {
    touch(ours, MODEL)
    expect(alice.git(ours, 'status', '--porcelain').stdout).toBe('')
    alice.git(ours, 'add', '--renormalize', '.')
    expect(alice.git(ours, 'diff', '--cached', '--name-only').stdout).toBe('')
  })

  it('a push uploads ciphertext', () => {
    alice.git(ours, 'push', '-q', 'origin', 'HEAD:main')
    expect(storedIn(hub).map(isFileEnvelope)).toEqual([true])
    expect(filesWith(hub, MARK)).toEqual([])
  })

  it('a clone without a key has pointers, works, and downloads nothing', () => {
    theirs = bob.clone(hub, 'theirs')
    expect(read(theirs, MODEL)).toEqual(blob(bob, theirs, `HEAD:${MODEL}`))
    expect(storedIn(theirs)).toEqual([])
    bob.git(theirs, 'checkout', '-q', '-b', 'side')
    bob.git(theirs, 'checkout', '-q', 'main')
    expect(bob.gitward(theirs, 'status').stdout).toBe(`locked           ${MODEL}\n`)
    const check = bob.gitward(theirs, 'check', '--json')
    expect(JSON.parse(check.stdout)).toMatchObject({
      findings: [],
      unscanned: [{ path: MODEL, reason: 'its content is in git-lfs and not in this clone' }],
    })
  })

  it('without a key nothing new gets in, and what stands there stays', () => {
    const recipient = recipientOf(bob)
    expect(bob.tryGitward(theirs, 'unlock').status).toBe(3)
    touch(theirs, MODEL)
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toBe('')
    write(theirs, 'models/new.bin', weights(10))
    const added = bob.tryGit(theirs, 'add', 'models/new.bin')
    expect(added.status).not.toBe(0)
    expect(added.stderr).toContain('scope default is locked here')
    expect(storedIn(theirs)).toEqual([])
    rmSync(path.join(theirs, 'models/new.bin'))
    bob.git(theirs, 'mv', MODEL, 'models/renamed.safetensors')
    touch(theirs, 'models/renamed.safetensors')
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toMatch(/^R {2}/)
    bob.git(theirs, 'reset', '-q', '--hard')
    alice.gitward(ours, 'member', 'add', 'bob', recipient)
    alice.commit(ours, 'Add bob')
    alice.git(ours, 'push', '-q', 'origin', 'HEAD:main')
  })

  it('git lfs pull brings the ciphertext, which check then proves', () => {
    bob.git(theirs, 'lfs', 'pull')
    expect(isFileEnvelope(read(theirs, MODEL))).toBe(true)
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toBe('')
    expect(JSON.parse(bob.gitward(theirs, 'check', '--json').stdout)).toMatchObject({
      findings: [],
      unscanned: [],
    })
  })

  it('unlock opens it, lock puts the pointer back, and unlock downloads what is missing', () => {
    bob.git(theirs, 'pull', '-q')
    expect(bob.gitward(theirs, 'unlock').stderr).toContain('decrypted 1 file\n')
    expect(read(theirs, MODEL).equals(model)).toBe(true)
    bob.gitward(theirs, 'lock')
    expect(read(theirs, MODEL)).toEqual(blob(bob, theirs, `HEAD:${MODEL}`))
    rmSync(path.join(theirs, '.git/lfs/objects'), { recursive: true })
    expect(bob.gitward(theirs, 'unlock').stderr).toContain('decrypted 1 file\n')
    expect(read(theirs, MODEL).equals(model)).toBe(true)
    expect(bob.git(theirs, 'status', '--porcelain').stdout).toBe('')
  })

  it('a change goes the other way', () => {
    const better = weights()
    write(theirs, MODEL, better)
    bob.commit(theirs, 'train')
    bob.git(theirs, 'push', '-q', 'origin', 'HEAD:main')
    alice.git(ours, 'pull', '-q')
    expect(read(ours, MODEL).equals(better)).toBe(true)
    expect(filesWith(hub, MARK)).toEqual([])
    expect(alice.gitward(ours, 'check', '--range', 'HEAD~2..HEAD').status).toBe(0)
  })

  it('two changes of one file conflict, as pointers', () => {
    write(theirs, MODEL, weights())
    bob.commit(theirs, 'bob trains')
    bob.git(theirs, 'push', '-q', 'origin', 'HEAD:main')
    write(ours, MODEL, weights())
    alice.commit(ours, 'alice trains')
    const before = blob(alice, ours, `HEAD:${MODEL}`)
    const pulled = alice.tryGit(ours, 'pull', '-q', '--no-rebase')
    expect(pulled.stderr).toContain('both sides changed a file that is in git-lfs: check out one of them')
    expect(blob(alice, ours, `:2:${MODEL}`)).toEqual(before)
    alice.git(ours, 'checkout', '--theirs', '--', MODEL)
    expect(read(ours, MODEL).equals(read(theirs, MODEL))).toBe(true)
    alice.commit(ours, 'merge')
    expect(blob(alice, ours, `HEAD:${MODEL}`)).toEqual(blob(bob, theirs, `HEAD:${MODEL}`))
  })
})

describe.skipIf(!hasLfs)('what else may stand in git-lfs', () => {
  it('plaintext is a finding, and the fix that it names mends it', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    plant(alice, repository, 'models/plain.bin', weights())
    const check = alice.tryGitward(repository, 'check', '--json')
    expect(check.status).toBe(1)
    expect(JSON.parse(check.stdout).findings).toMatchObject([{ kind: 'plaintext', path: 'models/plain.bin' }])
    expect(alice.gitward(repository, 'status').stdout).toContain('plaintext        models/plain.bin\n')
    expect(alice.tryGitward(repository, 'check', '--staged').status).toBe(1)
    const [{ fix }] = JSON.parse(check.stdout).findings
    alice.run(repository, 'sh', ['-c', `git checkout -- models/plain.bin && ${fix}`])
    expect(alice.gitward(repository, 'check').status).toBe(0)
    const { oid } = pointerOf(blob(alice, repository, ':models/plain.bin'))
    expect(isFileEnvelope(readFileSync(objectFile(repository, oid)))).toBe(true)
  })

  it.each([
    ['with extensions', 'version https://git-lfs.github.com/spec/v1\next-0-x sha256:0\n'],
    ['with a missing line end', 'version https://git-lfs.github.com/spec/v1\noid sha256:00'],
  ])('a pointer %s is a finding', (_, text) => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    const id = alice.run(repository, 'git', ['hash-object', '-w', '--stdin'], { input: text }).stdout.trim()
    alice.git(repository, 'update-index', '--add', '--cacheinfo', `100644,${id},models/odd`)
    const { findings } = JSON.parse(alice.tryGitward(repository, 'check', '--json').stdout)
    expect(findings).toMatchObject([{ kind: 'plaintext', path: 'models/odd' }])
  })

  it('ciphertext that moved out of protection is a finding', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    plant(
      alice,
      repository,
      'elsewhere',
      readFileSync(objectFile(repository, pointerOf(blob(alice, repository, `HEAD:${MODEL}`)).oid)),
    )
    const { findings } = JSON.parse(alice.tryGitward(repository, 'check', '--json').stdout)
    expect(findings).toMatchObject([{ kind: 'moved-out', path: 'elsewhere' }])
  })

  it('a new pointer in the work tree is refused', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    const pointer = alice.run(repository, 'git', ['lfs', 'clean'], { input: weights() }).bytes
    write(repository, 'models/new.bin', pointer)
    const added = alice.tryGit(repository, 'add', 'models/new.bin')
    expect(added.status).not.toBe(0)
    expect(added.stderr).toContain('this git-lfs pointer is new here: what it points to may be plaintext')
  })

  it('a damaged object stays a pointer, and everything else is checked out', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    write(repository, 'models/second', weights())
    alice.commit(repository)
    const file = objectFile(repository, pointerOf(blob(alice, repository, `HEAD:${MODEL}`)).oid)
    const content = readFileSync(file)
    content[content.length >> 1]! ^= 1
    rmSync(file)
    writeFileSync(file, content)
    const second = read(repository, 'models/second')
    rmSync(path.join(repository, 'models'), { recursive: true })
    const restored = alice.git(repository, 'checkout', '--', 'models')
    expect(restored.stderr).toContain(`${MODEL}: stays encrypted: its content could not be had from git-lfs`)
    expect(read(repository, MODEL)).toEqual(blob(alice, repository, `HEAD:${MODEL}`))
    expect(read(repository, 'models/second').equals(second)).toBe(true)
    expect(alice.tryGitward(repository, 'cat', MODEL)).toMatchObject({ status: 5, stdout: '' })
  })

  it('a tampered envelope under a pointer of its own stays closed; cat exits 4', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    const content = readFileSync(
      objectFile(repository, pointerOf(blob(alice, repository, `HEAD:${MODEL}`)).oid),
    )
    content[content.length - 1]! ^= 1
    plant(alice, repository, MODEL, content)
    rmSync(path.join(repository, MODEL))
    expect(alice.git(repository, 'checkout', '--', MODEL).stderr).toContain('stays encrypted: ')
    expect(read(repository, MODEL)).toEqual(blob(alice, repository, `:${MODEL}`))
    expect(alice.tryGitward(repository, 'cat', MODEL)).toMatchObject({ status: 4, stdout: '' })
  })

  it('another repository’s key opens nothing', () => {
    const world = newWorld()
    const alice = world.person('alice')
    const repository = lfsRepository(alice)
    const stranger = lfsRepository(alice, 'stranger')
    const { oid } = pointerOf(blob(alice, stranger, `HEAD:${MODEL}`))
    plant(alice, repository, MODEL, readFileSync(objectFile(stranger, oid)))
    const { findings } = JSON.parse(alice.tryGitward(repository, 'check', '--json').stdout)
    expect(findings).toMatchObject([{ kind: 'unknown-key', path: MODEL }])
    rmSync(path.join(repository, MODEL))
    expect(alice.git(repository, 'checkout', '--', MODEL).stderr).toContain(
      "its key is not one of this repository's",
    )
  })
})

describe.skipIf(!hasLfs)('into git-lfs and out of it', () => {
  it('files that were in git-lfs as plaintext are sealed, and history is named', () => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.git(repository, 'lfs', 'track', '*.bin')
    const model = weights()
    write(repository, 'a.bin', model)
    alice.commit(repository, 'plain git-lfs')
    alice.gitward(repository, 'init')
    const protect = alice.gitward(repository, 'protect', '--whole=lfs', '*.bin')
    expect(protect.stderr).toContain('staged encrypted: a.bin\n')
    expect(protect.stderr).toContain('older commits still hold the plaintext of a.bin')
    alice.commit(repository, 'sealed')
    expect(
      isFileEnvelope(
        readFileSync(objectFile(repository, pointerOf(blob(alice, repository, 'HEAD:a.bin')).oid)),
      ),
    ).toBe(true)
    expect(read(repository, 'a.bin').equals(model)).toBe(true)
    expect(alice.gitward(repository, 'check').status).toBe(0)
  })

  it('a file of which only the pointer is here stops protect before anything is written', () => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.git(repository, 'lfs', 'track', '*.bin')
    write(repository, 'a.bin', weights())
    alice.commit(repository, 'plain git-lfs')
    write(repository, 'a.bin', blob(alice, repository, 'HEAD:a.bin'))
    alice.gitward(repository, 'init')
    const policy = read(repository, '.gitward/config.yaml')
    const protect = alice.tryGitward(repository, 'protect', '--whole=lfs', '*.bin')
    expect(protect.status).toBe(5)
    expect(protect.stderr).toContain('a.bin: only its git-lfs pointer is here, not its content')
    expect(read(repository, '.gitward/config.yaml')).toEqual(policy)
  })

  it('whole files move into git-lfs and back, under the same bytes', () => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.gitward(repository, 'init')
    alice.gitward(repository, 'protect', '--whole', 'models/**')
    const model = weights()
    write(repository, MODEL, model)
    alice.commit(repository, 'whole')
    const envelope = blob(alice, repository, `HEAD:${MODEL}`)
    alice.gitward(repository, 'protect', '--whole=lfs', 'models/**')
    alice.commit(repository, 'lfs')
    expect(pointerOf(blob(alice, repository, `HEAD:${MODEL}`)).oid).toBe(sha256(envelope))
    alice.gitward(repository, 'protect', '--whole', 'models/**')
    alice.commit(repository, 'whole again')
    expect(blob(alice, repository, `HEAD:${MODEL}`).equals(envelope)).toBe(true)
    expect(read(repository, MODEL).equals(model)).toBe(true)
    alice.git(repository, 'checkout', '-q', 'HEAD~1')
    expect(read(repository, MODEL).equals(model)).toBe(true)
    expect(alice.git(repository, 'status', '--porcelain').stdout).toBe('')
  })

  it('the ratchet holds: a policy that forgets the path lets no plaintext in', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    const policy = read(repository, '.gitward/config.yaml').toString()
    write(repository, '.gitward/config.yaml', policy.replaceAll('models/**', 'other/**'))
    write(repository, MODEL, weights())
    const added = alice.tryGit(repository, 'add', MODEL)
    expect(added.status).not.toBe(0)
    expect(added.stderr).toContain('git holds this file encrypted')
    rmSync(path.join(repository, '.git/lfs/objects'), { recursive: true })
    expect(alice.tryGit(repository, 'add', MODEL).stderr).toContain('git holds this file encrypted')
    expect(leaks(alice, repository, [MARK])).toEqual([])
  })

  it('without git-lfs protect refuses, add refuses, and doctor says what is missing', () => {
    const world = newWorld()
    const alice = world.person('alice')
    const repository = lfsRepository(alice)
    const env = { PATH: pathWithoutLfs(world, inject('installed').bin) }
    const other = alice.newRepository('other')
    alice.gitward(other, 'init')
    const protect = alice.run(other, 'gitward', ['protect', '--whole=lfs', '*.bin'], { env, mayFail: true })
    expect(protect.status).toBe(5)
    expect(protect.stderr).toContain('git-lfs is not installed')
    write(repository, MODEL, weights())
    const added = alice.run(repository, 'git', ['add', MODEL], { env, mayFail: true })
    expect(added.status).not.toBe(0)
    expect(added.stderr).toContain('git-lfs is not installed')
    const doctor = alice.run(repository, 'gitward', ['doctor'], { env, mayFail: true })
    expect(doctor).toMatchObject({ status: 1 })
    expect(doctor.stdout).toContain('FAIL  git-lfs is not installed, and the policy keeps files in it\n')
  })

  it('a clone that was unlocked before the policy used git-lfs gets the hook with its first file', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    const hook = path.join(repository, '.git/hooks/pre-push')
    rmSync(hook)
    write(repository, MODEL, weights())
    alice.git(repository, 'add', MODEL)
    expect(readFileSync(hook, 'utf8')).toContain('git lfs pre-push')
  })

  it('beside the hook of gitward a push uploads, and a push that gitward refuses uploads nothing', () => {
    const world = newWorld()
    const alice = world.person('alice')
    const hub = newHub(world, alice)
    const repository = alice.clone(hub, 'repo')
    alice.gitward(repository, 'init', '--hooks', 'git')
    expect(alice.gitward(repository, 'protect', '--whole=lfs', 'models/**').stderr).not.toContain('pre-push')
    const hook = readFileSync(path.join(repository, '.git/hooks/pre-push'), 'utf8')
    expect(hook).toMatch(/ # gitward\ngit lfs pre-push "\$@"\n$/)
    write(repository, MODEL, weights())
    alice.commit(repository)
    alice.git(repository, 'push', '-q', 'origin', 'HEAD:main')
    expect(storedIn(hub).map(isFileEnvelope)).toEqual([true])
    plant(alice, repository, 'models/plain.bin', weights())
    alice.git(repository, 'commit', '-q', '--no-verify', '-m', 'plaintext')
    expect(alice.tryGit(repository, 'push', '-q', 'origin', 'HEAD:main').status).not.toBe(0)
    expect(filesWith(hub, MARK)).toEqual([])
  })

  it('a hook of somebody else stays as it is, and everybody says what to add', () => {
    const alice = newWorld().person('alice')
    const repository = lfsRepository(alice)
    const hook = path.join(repository, '.git/hooks/pre-push')
    writeFileSync(hook, '#!/bin/sh\n')
    write(repository, MODEL, weights())
    const hint = 'add to your pre-push hook: git lfs pre-push "$@"\n'
    expect(alice.git(repository, 'add', MODEL).stderr).toContain(hint)
    expect(alice.tryGitward(repository, 'doctor').stdout).toContain(hint)
    expect(readFileSync(hook, 'utf8')).toBe('#!/bin/sh\n')
  })
})

describe('protect --models', () => {
  it('protects model files as a whole, and warns of pickles', () => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.gitward(repository, 'init')
    const protect = alice.gitward(repository, 'protect', '--models')
    expect(protect.stderr).toContain('may be pickles: loading one runs the code in it, encrypted or not\n')
    expect(protect.stderr).toContain('safer: safetensors, or torch.load(file, weights_only=True)\n')
    for (const file of ['a.safetensors', 'deep/er/b.gguf', 'c.pt', 'train.py'])
      write(repository, file, weights(100))
    alice.commit(repository)
    const sealed = ['a.safetensors', 'deep/er/b.gguf', 'c.pt', 'train.py'].map(file =>
      isFileEnvelope(blob(alice, repository, `HEAD:${file}`)),
    )
    expect(sealed).toEqual([true, true, true, false])
  })

  it('takes a scope, a form and further patterns', () => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.gitward(repository, 'init')
    alice.gitward(repository, 'init', '--scope', 'prod')
    alice.gitward(repository, 'protect', '--models', '--whole=json', '--scope', 'prod', 'weights/**')
    write(repository, 'weights/x', 'w')
    write(repository, 'y.onnx', 'w')
    alice.commit(repository)
    for (const file of ['weights/x', 'y.onnx'])
      expect(blob(alice, repository, `HEAD:${file}`).toString()).toMatch(/^\{"gitward":"v1",/)
    expect(read(repository, '.gitward/config.yaml').toString()).toContain('scope: prod')
  })

  it.each([
    [['--models', '--keys', 'a'], '"whole"'],
    [[], 'protect: an argument is missing'],
  ])('refuses %j', (options, message) => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.gitward(repository, 'init')
    const protect = alice.tryGitward(repository, 'protect', ...options)
    expect(protect.status).toBe(2)
    expect(protect.stderr).toContain(message)
  })

  it('warns of a pickle that a wider pattern reaches, and of nothing else', () => {
    const alice = newWorld().person('alice')
    const repository = alice.newRepository('repo')
    alice.gitward(repository, 'init')
    write(repository, 'm/a.PKL', 'w')
    write(repository, 'n/a.onnx', 'w')
    alice.commit(repository)
    expect(alice.gitward(repository, 'protect', '--whole', 'm/**').stderr).toContain('*.pkl may be pickles')
    expect(alice.gitward(repository, 'protect', '--whole', 'n/**').stderr).not.toContain('pickle')
  })
})
