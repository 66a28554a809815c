import { appendFileSync, chmodSync, renameSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { check, gatedRepository, kinds, plant, token } from './support/gate.ts'
import { forgetStat } from './support/history.ts'
import { said } from './support/members.ts'
import { blob, leaks, read, sharedWorld, write } from './support/world.ts'

const world = sharedWorld()
const ann = world.person('ann')
/** Ends up in git in plain, to be found there. */
const SECRET = 'of-the-app'
let template = ''
let copies = 0

beforeAll(() => {
  template = gatedRepository(ann, 'template', SECRET)
})

/** The gated repository, unlocked, to be spoilt. */
function repository(): string {
  return ann.copy(template, `copy ${++copies}`)
}

const secretText = (): string => `token = "${token()}"\n`
const PLAIN = 'host: plain\npassword: planted\n'
const blobId = (folder: string, content: string): string =>
  ann.run(folder, 'git', ['hash-object', '-w', '--stdin'], { input: content }).stdout.trim()

describe('entries that are no files', () => {
  it('a submodule under protection is no content of this repository: it is not read and blocks nothing', () => {
    const folder = repository()
    const commit = ann.git(folder, 'rev-parse', 'HEAD').stdout.trim()
    ann.git(folder, 'update-index', '--add', '--cacheinfo', `160000,${commit},secrets/module`)
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [], unscanned: [] })
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [] })
    ann.git(folder, 'commit', '-q', '-m', 'module')
    expect(check(ann, folder, '--range', 'HEAD~1..HEAD')).toMatchObject({ status: 0, findings: [] })
  })

  it('a symbolic link beside protection is read as the text that git stores', () => {
    const folder = repository()
    plant(ann, folder, 'link', token(), '120000')
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['secret link'])
    plant(ann, folder, 'link', 'README', '120000')
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, scanned: { files: 1 }, unscanned: [] })
  })

  it('an intent to add is no content yet', () => {
    const folder = repository()
    write(folder, 'secrets/new', 'not added')
    write(folder, 'notes.txt', secretText())
    ann.git(folder, 'add', '-N', '.')
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [] })
    ann.git(folder, 'add', 'notes.txt')
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['secret notes.txt'])
  })

  it('a change of mode alone is looked at like any other', () => {
    const folder = repository()
    ann.git(folder, 'update-index', '--chmod=+x', 'secrets/a b.txt')
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, scanned: { files: 1 } })
    plant(ann, folder, 'secrets/a b.txt', 'planted', '100755')
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['plaintext secrets/a b.txt'])
  })

  it('an unmerged entry shows each of its sides', () => {
    const folder = repository()
    const id = blobId(folder, PLAIN)
    const sides = [1, 2, 3].map(stage => `100644 ${id} ${stage}\tapp.yaml\n`).join('')
    ann.run(folder, 'git', ['update-index', '--index-info'], {
      input: `0 ${'0'.repeat(40)}\tapp.yaml\n${sides}`,
    })
    expect(kinds(check(ann, folder, '--all'))).toEqual(['plaintext app.yaml'])
  })
})

describe('attributes that this clone or the tree turns', () => {
  it.each([
    ['another filter in the root file, below our block', 'filter-clash', 'secrets/** filter=other\n'],
    ['no filter in the root file, below our block', 'attributes', 'secrets/** -filter\n'],
    ['ident', 'attributes', 'secrets/** ident\n'],
    ['another encoding', 'attributes', 'secrets/** working-tree-encoding=UTF-16\n'],
    ['eol=crlf, and text again', 'attributes', 'secrets/** text eol=crlf\n'],
    ['a macro that stands for it', 'attributes', '[attr]mine -filter\nsecrets/** mine\n'],
  ])('%s is found', (_, kind, line) => {
    const folder = repository()
    appendFileSync(path.join(folder, '.gitattributes'), line)
    ann.git(folder, 'add', '.gitattributes')
    for (const mode of ['--staged', '--all'])
      expect(kinds(check(ann, folder, mode))).toEqual([`${kind} secrets/a b.txt`])
  })

  it.each([
    ['-filter', 'attributes'],
    ['filter=other', 'filter-clash'],
  ])('%s in .git/info/attributes is found, though no clone gets it', (attribute, kind) => {
    const folder = repository()
    appendFileSync(path.join(folder, '.git/info/attributes'), `secrets/** ${attribute}\n`)
    expect(kinds(check(ann, folder, '--all'))).toEqual([`${kind} secrets/a b.txt`])
    write(folder, 'secrets/new', 'plain\n')
    ann.tryGit(folder, 'add', 'secrets/new')
    expect(kinds(check(ann, folder, '--staged'))).toContain(`${kind} secrets/new`)
    ann.tryGitward(folder, 'doctor', '--fix')
    ann.git(folder, 'add', '--renormalize', '.')
    ann.git(folder, 'add', '-A')
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [] })
  })

  it('lines that change nothing for ciphertext are no finding', () => {
    const folder = repository()
    const text = read(folder, '.gitattributes').toString()
    write(folder, '.gitattributes', `* text=auto eol=lf\n*.txt diff=other\n${text}`)
    write(
      folder,
      '.git/info/attributes',
      `*.c text eol=crlf\n${read(folder, '.git/info/attributes').toString()}`,
    )
    ann.git(folder, 'add', '.gitattributes')
    expect(check(ann, folder, '--all')).toMatchObject({ status: 0, findings: [] })
  })
})

describe('plaintext that no filter saw', () => {
  it('commit-tree: found in the range, with the commit in the fix', () => {
    const folder = repository()
    const entries = ann.git(folder, 'ls-tree', 'HEAD').stdout
    const planted = entries.replace(/[0-9a-f]{40}(?=\tapp\.yaml)/, blobId(folder, PLAIN))
    const tree = ann.run(folder, 'git', ['mktree'], { input: planted }).stdout.trim()
    const commit = ann.git(folder, 'commit-tree', '-p', 'HEAD', '-m', 'x', tree).stdout.trim()
    const found = check(ann, folder, '--range', `HEAD..${commit}`)
    expect(found.status).toBe(1)
    expect(kinds(found)).toEqual(['plaintext app.yaml'])
    expect(found.findings[0]!.fix).toContain(`git show ${commit.slice(0, 12)}`)
  })

  it('a clone that was never configured: found in the index, and in the range', () => {
    const clone = ann.clone(repository(), `unconfigured ${++copies}`)
    write(clone, 'secrets/new', 'plain\n')
    ann.git(clone, 'add', '-A')
    expect(blob(ann, clone, ':secrets/new').toString()).toBe('plain\n') // no filter ran
    expect(kinds(check(ann, clone, '--staged'))).toEqual(['plaintext secrets/new'])
    ann.git(clone, 'commit', '-q', '-m', 'oops')
    expect(kinds(check(ann, clone, '--range', 'HEAD~1..HEAD'))).toEqual(['plaintext secrets/new'])
  })

  it('the temporary file of a killed gitward, wherever it lies: found, and the fix takes it away', () => {
    const folder = repository()
    const name = 'models/.gitward-12345-0123abcd.tmp'
    write(folder, name, 'weights in plain')
    ann.git(folder, 'add', '-A')
    const found = check(ann, folder, '--staged')
    expect(kinds(found)).toEqual([`plaintext ${name}`])
    ann.run(folder, 'sh', ['-c', found.findings[0]!.fix])
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
    expect(ann.git(folder, 'status', '--porcelain').stdout).toBe('')
  })

  it('a filter that was switched off for one command: found in the index', () => {
    const folder = repository()
    const off = ['process=', 'clean=', 'required=false'].flatMap(each => ['-c', `filter.gitward.${each}`])
    write(folder, 'secrets/new', 'plain\n')
    ann.git(folder, ...off, 'add', 'secrets/new')
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['plaintext secrets/new'])
  })

  it.each([
    ['git apply --index', ['apply', '--index'], '--staged'],
    ['git apply --cached', ['apply', '--cached'], '--staged'],
    ['git am', ['am', '-q'], '--range=HEAD~1..HEAD'],
  ])('%s, which runs no filter: found', (_, args, mode) => {
    const folder = repository()
    const patch = [
      'From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001',
      'From: ann <ann@example.invalid>',
      'Date: Thu, 1 Jan 2026 00:00:00 +0000',
      'Subject: a new file',
      '',
      '---',
      'diff --git a/secrets/new b/secrets/new',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/secrets/new',
      '@@ -0,0 +1 @@',
      '+plain',
      '-- ',
      '2.0',
      '',
    ].join('\n')
    ann.run(folder, 'git', args, { input: patch })
    expect(blob(ann, folder, ':secrets/new').toString()).toBe('plain\n')
    expect(kinds(check(ann, folder, mode))).toEqual(['plaintext secrets/new'])
  })

  it.each([
    ['magic', Buffer.from('894757440d0a1a0a', 'hex'), 'malformed'],
    [
      'magic and a whole header',
      Buffer.from(`894757440d0a1a0a01010000${'00'.repeat(64)}`, 'hex'),
      'malformed',
    ],
    ['the start of a JSON envelope', Buffer.from('{"gitward":"v1",'), 'malformed'],
    ['a token', Buffer.from(`gitward:v1:${'A'.repeat(11)}:${'A'.repeat(32)}:`), 'plaintext'],
  ])('%s in front of plaintext is no ciphertext', (_, prefix, kind) => {
    const folder = repository()
    plant(ann, folder, 'secrets/x', Buffer.concat([prefix, Buffer.from('plain text\n')]))
    expect(kinds(check(ann, folder, '--staged'))).toEqual([`${kind} secrets/x`])
  })

  it('a token with plaintext behind it is no ciphertext', () => {
    const folder = repository()
    const sealed = blob(ann, folder, ':app.yaml').toString()
    plant(ann, folder, 'app.yaml', sealed.replace(/(gitward:v1:\S+)/, '$1 and more'))
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['plaintext app.yaml'])
  })

  it('a token in a comment beside a plain value hides nothing', () => {
    const folder = repository()
    const value = /gitward:v1:\S+/.exec(blob(ann, folder, ':app.yaml').toString())![0]
    plant(ann, folder, 'app.yaml', `host: plain\npassword: planted # ${value}\n`)
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['plaintext app.yaml'])
  })

  it('ciphertext that git mv took out of protection is found, also when it was decrypted later', () => {
    const folder = repository()
    ann.git(folder, 'mv', 'secrets/a b.txt', 'public.txt')
    expect(kinds(check(ann, folder, '--staged'))).toEqual(['moved-out public.txt'])
    ann.git(folder, 'commit', '-q', '-m', 'move')
    forgetStat(ann, folder)
    ann.commit(folder, 'as it stands in the work tree')
    expect(blob(ann, folder, 'HEAD:public.txt').toString()).toBe(`a secret file ${SECRET}`)
    const clone = ann.clone(folder, `clone of ${path.basename(folder)}`)
    const found = check(ann, clone, '--range', 'HEAD~2..HEAD')
    expect(found.status).toBe(1)
    expect(kinds(found)).toEqual(['moved-out public.txt'])
  })
})

describe('the ways of git commit, with check --staged as the hook', () => {
  function hooked(): string {
    const folder = repository()
    write(folder, '.git/hooks/pre-commit', '#!/bin/sh\nexec gitward check --staged\n')
    chmodSync(path.join(folder, '.git/hooks/pre-commit'), 0o755)
    write(folder, 'a.txt', 'clean\n')
    write(folder, 'b.txt', 'clean\n')
    ann.commit(folder, 'two files')
    return folder
  }
  const head = (folder: string) => ann.git(folder, 'rev-parse', 'HEAD').stdout

  it.each([
    ['commit -a', ['-a'], []],
    ['commit --only', ['--only', 'a.txt'], []],
    ['commit --include', ['--include', 'a.txt'], []],
    ['commit --amend', ['--amend'], ['a.txt']],
    ['a plain commit', [], ['a.txt']],
  ])('%s with a secret is refused', (_, args, added) => {
    const folder = hooked()
    const before = head(folder)
    write(folder, 'a.txt', secretText())
    for (const file of added) ann.git(folder, 'add', file)
    const ran = ann.tryGit(folder, 'commit', '-q', '-m', 'x', ...args)
    expect(ran.status).toBe(1)
    expect(said(ran)).toContain('a.txt')
    expect(said(ran)).not.toContain(token().slice(4, 20))
    expect(head(folder)).toBe(before)
  })

  it('commit --only of another file passes: its index does not hold the secret', () => {
    const folder = hooked()
    write(folder, 'a.txt', secretText())
    write(folder, 'b.txt', 'changed\n')
    ann.git(folder, 'add', 'a.txt')
    ann.git(folder, 'commit', '-q', '-m', 'only b', '--only', 'b.txt')
    expect(ann.tryGit(folder, 'commit', '-q', '-m', 'the rest').status).toBe(1)
  })

  it('commit --no-verify skips the hook, and the range names the commit', () => {
    const folder = hooked()
    plant(ann, folder, 'app.yaml', PLAIN)
    expect(ann.tryGit(folder, 'commit', '-q', '-m', 'x').status).toBe(1)
    ann.git(folder, 'commit', '-q', '-m', 'x', '--no-verify')
    expect(kinds(check(ann, folder, '--range', 'HEAD~1..HEAD'))).toEqual(['plaintext app.yaml'])
  })

  it('a partial stage counts as it stands in the index', () => {
    const folder = hooked()
    const clean = blobId(folder, 'clean\nmore\n')
    write(folder, 'a.txt', `clean\nmore\n${secretText()}`)
    ann.git(folder, 'update-index', '--cacheinfo', `100644,${clean},a.txt`)
    ann.git(folder, 'commit', '-q', '-m', 'the clean part')
    plant(ann, folder, 'b.txt', secretText())
    expect(read(folder, 'b.txt').toString()).toBe('clean\n')
    expect(ann.tryGit(folder, 'commit', '-q', '-m', 'the other part').status).toBe(1)
  })

  it('an inherited GIT_INDEX_FILE is the index that is read', () => {
    const folder = hooked()
    const env = { GIT_INDEX_FILE: path.join(folder, '.git/other index') }
    ann.run(folder, 'git', ['read-tree', 'HEAD'], { env })
    const id = blobId(folder, PLAIN)
    ann.run(folder, 'git', ['update-index', '--cacheinfo', `100644,${id},app.yaml`], { env })
    const there = ann.run(folder, 'gitward', ['check', '--staged', '--json'], { env, mayFail: true })
    expect(there.status).toBe(1)
    expect(kinds(JSON.parse(there.stdout) as Parameters<typeof kinds>[0])).toEqual(['plaintext app.yaml'])
    expect(check(ann, folder, '--staged')).toMatchObject({ status: 0, findings: [] })
  })
})

describe('names and repositories', () => {
  it.each([
    ['that is no UTF-8', Buffer.from('secrets/\xff\xfe.txt', 'latin1'), 'secrets/ÿþ.txt'],
    ['with a line feed', Buffer.from('secrets/a\nb'), String.raw`secrets/a\x0ab`],
    ['with quotes and a backslash', Buffer.from(`secrets/"it's" \\ b`), `secrets/"it's" \\ b`],
    ['with spaces around', Buffer.from('secrets/ a '), 'secrets/ a '],
    ['that is a pattern', Buffer.from('secrets/[a]*?'), 'secrets/[a]*?'],
    ['that writes to a terminal', Buffer.from('secrets/\u001b[31m'), String.raw`secrets/\x1b[31m`],
  ])('a path %s is judged and named', (_, name, shown) => {
    const folder = repository()
    const info = Buffer.concat([Buffer.from(`100644 ${blobId(folder, 'planted')}\t`), name, Buffer.of(0)])
    ann.run(folder, 'git', ['update-index', '-z', '--index-info'], { input: info })
    const found = check(ann, folder, '--staged')
    expect(found.status).toBe(1)
    expect(kinds(found)).toEqual([`plaintext ${shown}`])
    expect(said(ann.tryGitward(folder, 'check', '--staged'))).not.toMatch(/\u001b/)
  })

  it('a repository without a policy is scanned, and a secret there is exit 1', () => {
    const folder = ann.newRepository(`bare ${++copies}`)
    write(folder, 'a.txt', secretText())
    ann.git(folder, 'add', '-A') // and no commit yet
    for (const mode of ['--staged', '--all'])
      expect(kinds(check(ann, folder, mode))).toEqual(['secret a.txt'])
    expect(ann.tryGitward(folder, 'check', '--staged').stderr).toContain('no policy here')
  })

  it.each([
    ['no YAML', 'version: [1\n'],
    ['no UTF-8', Buffer.from([0xff, 0xfe, 0x41])],
    ['of a later version', 'version: 9\nrepo: x\nprotect: []\n'],
    ['a symbolic link', null],
  ])('a policy that is %s is a finding, and the rest is scanned', (_, policy) => {
    const folder = repository()
    plant(ann, folder, '.gitward/config.yaml', policy ?? 'elsewhere', policy === null ? '120000' : '100644')
    write(folder, 'a.txt', secretText())
    ann.git(folder, 'add', 'a.txt')
    const found = check(ann, folder, '--staged')
    expect(found.status).toBe(1)
    expect(kinds(found)).toEqual(['policy .gitward/config.yaml', 'secret a.txt'])
  })

  it('two rules that contradict each other are exit 2, or a finding, never a pass', () => {
    const folder = repository()
    const policy = blob(ann, folder, ':.gitward/config.yaml').toString()
    plant(
      ann,
      folder,
      '.gitward/config.yaml',
      policy.replace(/^protect:\n/m, "protect:\n  - paths: ['*.yaml']\n    whole: true\n"),
    )
    expect(ann.tryGitward(folder, 'check', '--staged').status).toBe(2)
  })

  it('a repository without commits and without files has nothing to scan', () => {
    const folder = ann.newRepository(`empty ${++copies}`)
    for (const mode of [[], ['--all'], ['--staged']]) {
      const ran = ann.gitward(folder, 'check', ...mode)
      expect(ran.stderr).toContain('nothing to scan')
    }
    const range = ann.tryGitward(folder, 'check', '--range', 'HEAD')
    expect(range.status).toBe(5)
    expect(range.stderr).toContain('does not know the range HEAD')
  })

  it('nothing staged is exit 0 with a word, and a deletion is no file', () => {
    const folder = repository()
    expect(ann.gitward(folder, 'check', '--staged').stderr).toContain('nothing to scan')
    ann.git(folder, 'rm', '-q', '--cached', 'secrets/a b.txt')
    expect(ann.gitward(folder, 'check', '--staged').stderr).toContain('nothing to scan')
    renameSync(path.join(folder, 'README'), path.join(folder, 'README.md'))
    ann.git(folder, 'add', '-A')
    expect(check(ann, folder, '--staged').status).toBe(0)
    expect(leaks(ann, folder, ['a secret file', SECRET])).toEqual([])
  })
})
