import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { commitBlob } from './support/history.ts'
import { newHub } from './support/members.ts'
import { newWorld, protectedRepository, write, type Person, type Ran, type World } from './support/world.ts'

/** A server that checks each push, and a protected repository that pushes to it. */
function served(world: World = newWorld()) {
  const ann = world.person('ann')
  const hub = newHub(world, ann)
  const hook = path.join(hub, 'hooks', 'pre-receive')
  writeFileSync(hook, '#!/bin/sh\nexec gitward check --pre-receive\n')
  chmodSync(hook, 0o755)
  const folder = protectedRepository(ann)
  ann.git(folder, 'remote', 'add', 'origin', hub)
  return {
    world,
    ann,
    hub,
    folder,
    push: (...args: string[]) => ann.tryGit(folder, 'push', 'origin', ...args),
  }
}

const refs = (person: Person, hub: string): string =>
  person.git(hub, 'for-each-ref', '--format=%(refname)').stdout

const expectRefused = (ran: Ran, ...words: string[]): void => {
  expect(ran.status).not.toBe(0)
  for (const word of ['pre-receive hook declined', ...words]) expect(ran.stderr).toContain(word)
}

describe('check --pre-receive on a bare server', () => {
  it('lets the first push in, and every kind of push that brings nothing bad', () => {
    const { ann, hub, folder, push } = served()
    expect(push('main').status).toBe(0)
    write(folder, 'README', 'second\n')
    ann.commit(folder)
    ann.git(folder, 'tag', '-a', 'v1', '-m', 'annotated')
    expect(push('main', 'v1', 'main:refs/heads/topic').status).toBe(0)
    ann.git(folder, 'commit', '-q', '--amend', '-m', 'another message')
    expect(push('--force', 'main').status).toBe(0)
    ann.git(folder, 'commit', '-q', '--allow-empty', '-m', 'empty')
    expect(push('main').status).toBe(0)
    ann.git(folder, 'notes', 'add', '-m', 'a note')
    expect(push('refs/notes/commits').status).toBe(0)
    expect(push('--delete', 'topic', 'v1').status).toBe(0)
    expect(refs(ann, hub)).toBe('refs/heads/main\nrefs/notes/commits\n')
  })

  it('refuses plaintext in the first push to an empty repository, and says so on the client', () => {
    const { ann, hub, folder, push } = served()
    commitBlob(ann, folder, 'secrets/b.txt', Buffer.from('planted plaintext'))
    const ran = push('main')
    expectRefused(ran, 'secrets/b.txt', 'plain text where ciphertext must stand', 'git show')
    expect(ran.stderr).not.toContain('planted plaintext')
    expect(refs(ann, hub)).toBe('')
  })

  const ways: readonly [string, (push: (...args: string[]) => Ran, ann: Person, folder: string) => Ran][] = [
    ['on the branch', push => push('main')],
    ['by force', push => push('--force', 'main')],
    ['on a new branch', push => push('main:refs/heads/new')],
    [
      'behind a commit that takes it back',
      (push, ann, folder) => {
        ann.git(folder, 'rm', '-q', '--cached', 'secrets/b.txt')
        ann.git(folder, 'commit', '-q', '-m', 'take it back')
        return push('main')
      },
    ],
    [
      'under an annotated tag',
      (push, ann, folder) => {
        ann.git(folder, 'tag', '-a', 'v1', '-m', 'release')
        return push('v1')
      },
    ],
    [
      'under a tag of a tag',
      (push, ann, folder) => {
        ann.git(folder, 'tag', '-a', 'v1', '-m', 'release')
        ann.git(folder, 'tag', '-a', 'v2', '-m', 'again', 'v1')
        return push('v2')
      },
    ],
    ['beside a deletion', push => push(':topic', 'main:refs/heads/new')],
    ['under any other ref', push => push('main:refs/anything/at/all')],
  ]

  it.each(ways)('refuses plaintext %s, and keeps what it has', (_, attempt) => {
    const { ann, hub, folder, push } = served()
    expect(push('main', 'main:topic').status).toBe(0)
    const before = ann.git(hub, 'for-each-ref').stdout
    commitBlob(ann, folder, 'secrets/b.txt', Buffer.from('planted plaintext'))
    expectRefused(attempt(push, ann, folder), 'secrets/b.txt')
    expect(ann.git(hub, 'for-each-ref').stdout).toBe(before)
  })

  it('judges the commits of a push and not those that the server has', () => {
    const { world, ann, hub, folder, push } = served()
    const server = world.person('server')
    commitBlob(ann, folder, 'secrets/b.txt', Buffer.from('older than the hook'))
    server.git(hub, 'fetch', '-q', folder, 'main:main')
    ann.git(folder, 'commit', '-q', '--allow-empty', '-m', 'later')
    expect(push('main').status).toBe(0)
    expect(push('main:refs/heads/new', 'main:refs/tags/new').status).toBe(0)
  })

  it.each([
    ['blob', 'HEAD:README'],
    ['tree', 'HEAD^{tree}'],
  ])('refuses a ref that names a %s', (type, object) => {
    const { ann, folder, push } = served()
    ann.git(folder, 'tag', 'odd', object)
    expectRefused(push('odd'), `refs/tags/odd names a ${type}: only commits can be judged`)
  })

  it('refuses cached plaintext diffs, and lets them be deleted where they are', () => {
    const { ann, hub, folder, push } = served()
    expect(push('main').status).toBe(0)
    ann.git(folder, 'notes', '--ref=textconv/gitward', 'add', '-m', 'cached')
    expectRefused(push('refs/notes/textconv/gitward'), 'refs/notes/textconv')
    ann.git(hub, 'fetch', '-q', folder, 'refs/notes/textconv/*:refs/notes/textconv/*')
    ann.git(folder, 'commit', '-q', '--allow-empty', '-m', 'later')
    expect(push('main').status).toBe(0)
    expect(push('--delete', 'refs/notes/textconv/gitward').status).toBe(0)
  })

  it('is not deceived by a replacement of the object that is pushed', () => {
    const { ann, hub, folder, push } = served()
    expect(push('main').status).toBe(0)
    const proper = ann.git(folder, 'rev-parse', 'HEAD:secrets/a.txt').stdout.trim()
    commitBlob(ann, folder, 'secrets/b.txt', Buffer.from('planted plaintext'))
    const planted = ann.git(folder, 'rev-parse', 'HEAD:secrets/b.txt').stdout.trim()
    ann.git(hub, 'update-ref', `refs/replace/${planted}`, proper)
    expectRefused(push('main'), 'secrets/b.txt')
  })

  it('works where a push goes into a repository with a work tree', () => {
    const { ann, folder, world } = served()
    const clone = ann.clone(folder, 'receiver')
    writeFileSync(path.join(clone, '.git/hooks/pre-receive'), '#!/bin/sh\nexec gitward check --pre-receive\n')
    chmodSync(path.join(clone, '.git/hooks/pre-receive'), 0o755)
    commitBlob(ann, folder, 'secrets/b.txt', Buffer.from('planted plaintext'))
    expectRefused(
      ann.tryGit(folder, 'push', path.join(world.root, 'receiver'), 'main:refs/heads/in'),
      'secrets/b.txt',
    )
  })

  it('refuses any other standard input with exit 2', () => {
    const { ann, hub } = served()
    const ran = ann.run(hub, 'gitward', ['check', '--pre-receive'], { input: 'nonsense\n', mayFail: true })
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('not what git gives a pre-receive hook')
  })
})
