import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { head, hookedRepository, onlyOnPath, plantPlaintext, token, unjudged } from './support/hooks.ts'
import { newWorld, read, write, type Person } from './support/world.ts'

const HOOKS = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'pre-push']
const hookFile = (folder: string, name: string): string => path.join(folder, '.git/hooks', name)

function executable(file: string, text: string): void {
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}

/** A commit of what is staged is refused, for the planted plaintext, and HEAD stays. */
function expectRefused(person: Person, folder: string, ...args: string[]): void {
  const before = head(person, folder)
  const refused = person.tryGit(folder, ...args)
  expect(refused.status).not.toBe(0)
  expect(refused.stdout + refused.stderr).toContain('secrets/planted')
  expect(refused.stdout + refused.stderr).toContain('plain text where ciphertext must stand')
  expect(head(person, folder)).toBe(before)
}

describe('hooks of plain git', () => {
  it('refuse a commit of plaintext, say why, and let the rest pass silently', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    for (const name of HOOKS) expect(statSync(hookFile(folder, name)).mode & 0o777).toBe(0o755)
    plantPlaintext(alice, folder)
    const refused = alice.tryGit(folder, 'commit', '-m', 'plant')
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toBe(
      `secrets/planted\n  1:1  critical  plain text where ciphertext must stand [plaintext]\n    fix: gitward unlock && git add --renormalize 'secrets/planted'\n\n1 finding, 1 file scanned (18 bytes)\ngitward: pre-commit refuses; mend what stands above (GITWARD=0 skips this hook once)\n`,
    )
    alice.git(folder, 'rm', '-q', '--cached', 'secrets/planted')
    write(folder, 'secrets/b', 'another secret\n')
    alice.git(folder, 'add', '-A')
    expect(alice.git(folder, 'commit', '-q', '-m', 'fine')).toMatchObject({ stdout: '', stderr: '' })
  })

  it('judge what the commit will hold: -a, --only and parts of a file', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    write(folder, 'config', 'fine\n')
    write(folder, 'other', 'fine\n')
    alice.commit(folder, 'second')
    const before = head(alice, folder)
    write(folder, 'config', `token = ${token()}\n`)
    write(folder, 'other', 'still fine\n')
    for (const args of [['-a'], ['--only', 'config'], ['--include', 'config']]) {
      const refused = alice.tryGit(folder, 'commit', '-m', 'leak', ...args)
      expect(refused.status).toBe(1)
      expect(refused.stderr).toContain('config\n  1:9')
      expect(refused.stderr).not.toContain(token())
      alice.git(folder, 'reset', '-q')
    }
    expect(head(alice, folder)).toBe(before)
    alice.git(folder, 'commit', '-q', '-m', 'only the other', '--only', 'other')
    expect(head(alice, folder)).not.toBe(before)
  })

  it('refuse a merge that brings plaintext in, also after a conflict', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    alice.git(folder, 'checkout', '-q', '-b', 'side')
    plantPlaintext(alice, folder)
    write(folder, 'README', 'side\n')
    alice.git(folder, 'add', 'README')
    unjudged(alice, folder, 'commit', '-q', '-m', 'plant')
    alice.git(folder, 'checkout', '-q', '-f', 'main')
    expectRefused(alice, folder, 'merge', '--no-ff', '-m', 'merge', 'side')
    alice.git(folder, 'reset', '-q', '--hard')
    write(folder, 'README', 'main\n')
    alice.git(folder, 'commit', '-q', '-a', '-m', 'main')
    expect(alice.tryGit(folder, 'merge', 'side').status).toBe(1)
    write(folder, 'README', 'both\n')
    alice.git(folder, 'add', 'README')
    expectRefused(alice, folder, 'commit', '-m', 'merge')
  })

  it('refuse a mail that git am applies', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    write(folder, 'config', `token = ${token()}\n`)
    alice.git(folder, 'add', 'config')
    unjudged(alice, folder, 'commit', '-q', '-m', 'leak')
    const mail = alice.git(folder, 'format-patch', '--stdout', '-1').bytes
    alice.git(folder, 'reset', '-q', '--hard', 'HEAD~')
    const before = head(alice, folder)
    const refused = alice.run(folder, 'git', ['am'], { input: mail, mayFail: true })
    expect(refused.status).not.toBe(0)
    expect(refused.stderr).toContain('pre-applypatch refuses')
    expect(head(alice, folder)).toBe(before)
  })

  it('work in a linked work tree, in a subfolder and in the first commit', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    const linked = `${folder} linked`
    alice.git(folder, 'worktree', 'add', '-q', linked, '-b', 'linked')
    plantPlaintext(alice, linked)
    expectRefused(alice, linked, 'commit', '-m', 'plant')
    expectRefused(alice, path.join(linked, 'secrets'), 'commit', '-m', 'plant')
    const fresh = alice.newRepository('fresh')
    alice.gitward(fresh, 'init', '--hooks', 'git')
    write(fresh, 'config', `token = ${token()}\n`)
    alice.git(fresh, 'add', '-A')
    expect(alice.tryGit(fresh, 'commit', '-m', 'leak').stderr).toContain('pre-commit refuses')
  })
})

describe('init and the hooks that are there', () => {
  it('keeps a hook and its mode, and runs before it', () => {
    const alice = newWorld().person('alice')
    const body = 'echo mine ran\nexit 0\n\u00e9\n'
    const folder = hookedRepository(alice, 'git', repository => {
      executable(hookFile(repository, 'pre-commit'), `#!/bin/bash\n${body}`)
      chmodSync(hookFile(repository, 'pre-commit'), 0o775)
    })
    const file = hookFile(folder, 'pre-commit')
    const [shebang, ours, ...rest] = readFileSync(file, 'utf8').split('\n')
    expect([shebang, rest.join('\n')]).toEqual(['#!/bin/bash', body])
    expect(ours).toMatch(/ # gitward$/)
    expect(statSync(file).mode & 0o777).toBe(0o775)
    plantPlaintext(alice, folder)
    expectRefused(alice, folder, 'commit', '-m', 'plant')
    alice.git(folder, 'reset', '-q')
    alice.gitward(folder, 'doctor', '--fix')
    expect(readFileSync(file, 'utf8')).toBe(`#!/bin/bash\n${ours}\n${body}`)
    expect(alice.git(folder, 'commit', '-q', '--allow-empty', '-m', 'empty').stderr).toBe('mine ran\n')
  })

  it('leaves alone what is no shell script, and a link; says what to add', () => {
    const alice = newWorld().person('alice')
    const folder = alice.newRepository('repo')
    const python = '#!/usr/bin/env python3\nprint("mine")\n'
    executable(hookFile(folder, 'pre-commit'), python)
    executable(path.join(folder, 'script.sh'), '#!/bin/sh\n')
    alice.run(folder, 'ln', ['-s', '../../script.sh', '.git/hooks/pre-push'])
    const init = alice.gitward(folder, 'init', '--hooks', 'git')
    expect(init.stderr).toContain(
      'gitward: .git/hooks/pre-commit is no shell script: gitward left it alone, and git does not ask gitward there\n  try: make it run: sh "$(git rev-parse',
    )
    expect(init.stderr).toContain('.git/hooks/pre-push is a symbolic link')
    expect(readFileSync(hookFile(folder, 'pre-commit'), 'utf8')).toBe(python)
    expect(read(folder, 'script.sh').toString()).toBe('#!/bin/sh\n')
    expect(alice.tryGitward(folder, 'doctor').stdout).toContain(
      'hooks: .git/hooks/pre-commit is no shell script',
    )
    appendFileSync(
      hookFile(folder, 'pre-commit'),
      'import os; os.execvp("gitward", ["gitward", "hook", "pre-commit"])\n',
    )
    rmSync(hookFile(folder, 'pre-push'))
    expect(alice.gitward(folder, 'doctor', '--fix').stdout).toContain('hooks are in place, run by git\n')
    write(folder, 'config', `token = ${token()}\n`)
    alice.git(folder, 'add', 'config')
    expect(alice.tryGit(folder, 'commit', '-m', 'leak').stderr).toContain('pre-commit refuses')
  })

  it.each([
    ['relative', 'tools/my hooks', 'tools/my hooks'],
    ['absolute, outside', '../the hooks of alice', '../the hooks of alice'],
  ])('honours a core.hooksPath that is %s', (_, setting, at) => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git', repository => {
      const value = setting.startsWith('..') ? path.resolve(repository, setting) : setting
      alice.git(repository, 'config', 'core.hooksPath', value)
    })
    expect(existsSync(path.join(folder, at, 'pre-commit'))).toBe(true)
    expect(existsSync(hookFile(folder, 'pre-commit'))).toBe(false)
    plantPlaintext(alice, folder)
    expectRefused(alice, folder, 'commit', '-m', 'plant')
  })

  it('leaves hooks of all your repositories alone, and says so', () => {
    const alice = newWorld().person('alice')
    const shared = path.join(alice.home, 'hooks')
    alice.git(alice.home, 'config', '--global', 'core.hooksPath', shared)
    const folder = alice.newRepository('repo')
    const init = alice.gitward(folder, 'init', '--hooks', 'git')
    expect(init.stderr).toContain(`core.hooksPath in your global git config is ${shared}`)
    expect(existsSync(shared)).toBe(false)
    alice.run(folder, 'sh', [
      '-c',
      'git config core.hooksPath "$(git rev-parse --path-format=absolute --git-common-dir)/hooks" && gitward doctor --fix',
    ])
    expect(existsSync(hookFile(folder, 'pre-commit'))).toBe(true)
  })

  it('records who runs the hooks; unlock installs the same in a clone', () => {
    const world = newWorld()
    const alice = world.person('alice')
    const folder = hookedRepository(alice, 'git')
    expect(read(folder, '.gitward/config.yaml').toString()).toContain('\nhooks: git #')
    const clone = alice.clone(folder, 'clone')
    expect(alice.tryGitward(clone, 'doctor').stdout).toContain(
      'FAIL  hooks: .git/gitward/hook is missing: commits are not checked\n      try: gitward doctor --fix\n',
    )
    expect(alice.gitward(clone, 'unlock').stderr).toContain(
      `hooks run by git: wrote .git/gitward/hook, ${HOOKS.map(name => `.git/hooks/${name}`).join(', ')}\n`,
    )
    expect(alice.gitward(clone, 'unlock').stderr).not.toContain('hooks')
    plantPlaintext(alice, clone)
    expectRefused(alice, clone, 'commit', '-m', 'plant')
    for (const more of [['--scope', 'prod'], []]) {
      expect(alice.tryGitward(clone, 'init', ...more, '--hooks', 'husky')).toMatchObject({
        status: 2,
        stderr:
          'gitward: the policy says hooks: git\n  try: write hooks: husky into .gitward/config.yaml, then gitward doctor --fix\n',
      })
    }
  })

  it('doctor sees a lost line and a hook that git ignores; `none` takes our lines away', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git', repository =>
      executable(hookFile(repository, 'pre-push'), '#!/bin/sh\nexit 0\n'),
    )
    writeFileSync(hookFile(folder, 'pre-commit'), '#!/bin/sh\n')
    expect(alice.tryGitward(folder, 'doctor').stdout).toContain(
      'FAIL  hooks: .git/hooks/pre-commit lacks what gitward puts there: commits are not checked\n      try: gitward doctor --fix\n',
    )
    alice.gitward(folder, 'doctor', '--fix')
    chmodSync(hookFile(folder, 'pre-commit'), 0o644)
    expect(alice.tryGitward(folder, 'doctor', '--fix').stdout).toContain(
      "FAIL  hooks: .git/hooks/pre-commit is not executable: git ignores it\n      try: chmod +x '.git/hooks/pre-commit'\n",
    )
    alice.git(folder, 'config', 'core.hooksPath', '/dev/null')
    expect(alice.tryGitward(folder, 'doctor').stdout).toContain(
      'core.hooksPath is /dev/null: git runs no hooks',
    )
    alice.git(folder, 'config', '--unset', 'core.hooksPath')
    const policy = read(folder, '.gitward/config.yaml').toString()
    write(folder, '.gitward/config.yaml', policy.replace('hooks: git', 'hooks: none'))
    expect(alice.gitward(folder, 'doctor', '--fix').stdout).toContain('hooks: none, as the policy says')
    expect(HOOKS.filter(name => existsSync(hookFile(folder, name)))).toEqual(['pre-push'])
    expect(readFileSync(hookFile(folder, 'pre-push'), 'utf8')).toBe('#!/bin/sh\nexit 0\n')
  })
})

describe('a push', () => {
  /** A hub with the first commit, and a repository with a second one that holds plaintext. */
  function planted(person: Person): { folder: string; hub: string } {
    const folder = hookedRepository(person, 'git')
    const hub = `${folder} hub`
    person.git(folder, 'init', '-q', '--bare', hub)
    person.git(folder, 'remote', 'add', 'origin', hub)
    person.git(folder, 'push', '-q', 'origin', 'main')
    plantPlaintext(person, folder)
    unjudged(person, folder, 'commit', '-q', '-m', 'plant')
    return { folder, hub }
  }
  const refs = (person: Person, hub: string): string =>
    person.git(hub, 'for-each-ref', '--format=%(refname)').stdout

  it.each([
    ['a branch that the remote has', ['main']],
    ['a new branch', ['main:new']],
    ['a forced one', ['+main:main']],
    ['a tag', ['refs/tags/v1']],
    ['several refs, one of them fine', ['HEAD~:refs/heads/fine', 'main:refs/heads/bad']],
  ])('of %s is refused where a commit holds plaintext', (_, refspecs) => {
    const alice = newWorld().person('alice')
    const { folder, hub } = planted(alice)
    alice.git(folder, 'tag', '-a', '-m', 'v1', 'v1')
    const short = head(alice, folder).slice(0, 12)
    const refused = alice.tryGit(folder, 'push', 'origin', ...refspecs)
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain(`git show ${short} -- 'secrets/planted'; then change what it exposed`)
    expect(refused.stderr).toContain('pre-push refuses')
    expect(refs(alice, hub)).toBe('refs/heads/main\n')
  })

  it('is refused where a later commit took the plaintext away, and where git ran no hook before the commit', () => {
    const alice = newWorld().person('alice')
    const { folder } = planted(alice)
    alice.git(folder, 'rm', '-q', '--cached', 'secrets/planted')
    alice.git(folder, 'commit', '-q', '-m', 'take it away')
    expect(alice.tryGit(folder, 'push', 'origin', 'main').stderr).toContain('secrets/planted')
    alice.git(folder, 'checkout', '-q', '-f', '-b', 'picked', 'origin/main')
    alice.git(folder, 'cherry-pick', 'main~')
    expect(alice.tryGit(folder, 'push', 'origin', 'picked').stderr).toContain('secrets/planted')
  })

  it('of clean commits passes without a word, of nothing and of a deletion, too', () => {
    const alice = newWorld().person('alice')
    const { folder, hub } = planted(alice)
    alice.git(folder, 'reset', '-q', '--hard', 'HEAD~')
    write(folder, 'secrets/b', 'another secret\n')
    alice.commit(folder, 'second')
    expect(alice.git(folder, 'push', '-q', 'origin', 'main', 'main:side')).toMatchObject({
      stderr: '',
      stdout: '',
    })
    expect(refs(alice, hub)).toBe('refs/heads/main\nrefs/heads/side\n')
    alice.git(folder, 'push', '-q', 'origin', 'main')
    alice.git(folder, 'push', '-q', 'origin', '--delete', 'side')
    expect(refs(alice, hub)).toBe('refs/heads/main\n')
  })

  it('is judged once by gitward and once by the hook that was there: both read what git says', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git', repository =>
      executable(
        hookFile(repository, 'pre-push'),
        '#!/bin/sh\nread local id remote old\necho "mine: $1 $remote" >&2\n',
      ),
    )
    const hub = `${folder} hub`
    alice.git(folder, 'init', '-q', '--bare', hub)
    expect(alice.git(folder, 'push', '-q', hub, 'main').stderr).toBe(`mine: ${hub} refs/heads/main\n`)
    plantPlaintext(alice, folder)
    unjudged(alice, folder, 'commit', '-q', '-m', 'plant')
    const refused = alice.tryGit(folder, 'push', hub, 'main')
    expect(refused.stderr).toContain('pre-push refuses')
    expect(refused.stderr).not.toContain('mine')
    const skipped = unjudged(alice, folder, 'push', '-q', hub, 'main').stderr
    expect(skipped).toContain('GITWARD=0: pre-push looked at nothing')
    expect(skipped).toContain('mine: ')
  })
})

describe('a server', () => {
  it('refuses a push with its copy of hooks/pre-receive, whatever GITWARD is, and takes clean commits', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'none')
    const hub = `${folder} hub`
    alice.git(folder, 'init', '-q', '--bare', hub)
    const shipped = path.join(inject('installed').folder, 'node_modules/gitward/hooks/pre-receive')
    copyFileSync(shipped, path.join(hub, 'hooks/pre-receive'))
    alice.git(folder, 'push', '-q', hub, 'main')
    plantPlaintext(alice, folder)
    alice.git(folder, 'commit', '-q', '-m', 'plant')
    for (const GITWARD of ['', '0']) {
      const refused = alice.run(folder, 'git', ['push', hub, 'main'], { env: { GITWARD }, mayFail: true })
      expect(refused.status).toBe(1)
      expect(refused.stderr).toContain(`git show ${head(alice, folder).slice(0, 12)} -- 'secrets/planted'`)
      expect(refused.stderr).toContain('gitward: pre-receive refuses; mend what stands above')
    }
    expect(head(alice, hub)).not.toBe(head(alice, folder))
    const env = { PATH: onlyOnPath(alice, 'git', 'sh'), GITWARD: '0' }
    const alone = alice.run(folder, 'git', ['push', hub, 'main'], { env, mayFail: true })
    expect(alone.status).toBe(1)
    expect(alone.stderr).toMatch(
      /gitward: not found, so pre-receive refuses; in its checkout, run: npm install --global \.\/gitward-\*\.tgz *\n/,
    )
  })
})

describe('GITWARD=0', () => {
  it('skips loudly, and check --range names the commit', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    plantPlaintext(alice, folder)
    const skipped = alice.run(folder, 'git', ['commit', '-q', '-m', 'plant'], { env: { GITWARD: '0' } })
    expect(skipped.stderr).toBe(
      'gitward: GITWARD=0: pre-commit looked at nothing; gitward check --range, in CI, still does\n',
    )
    const short = head(alice, folder).slice(0, 12)
    const judged = alice.tryGitward(folder, 'check', '--range', 'HEAD~..HEAD')
    expect(judged.status).toBe(1)
    expect(judged.stderr).toMatch(
      new RegExp(`^gitward: commit ${short}: pre-commit was skipped with GITWARD=0 at \\d{4}-\\d\\d-\\d\\dT`),
    )
    expect(judged.stdout).toContain(`git show ${short} -- 'secrets/planted'`)
    const elsewhere = alice.clone(folder, 'clone')
    expect(alice.tryGitward(elsewhere, 'check', '--range', 'HEAD~..HEAD').stdout).toContain(
      `git show ${short}`,
    )
  })

  it('names a commit without findings, too, and nothing that was committed with the hook', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    write(folder, 'README', 'skipped\n')
    unjudged(alice, folder, 'commit', '-q', '-a', '-m', 'skipped')
    const short = head(alice, folder).slice(0, 12)
    write(folder, 'README', 'judged\n')
    alice.git(folder, 'commit', '-q', '-a', '-m', 'judged')
    const judged = alice.gitward(folder, 'check', '--range', 'HEAD~2..HEAD')
    expect(judged.stderr.match(/^gitward: commit \w+/gm)).toEqual([`gitward: commit ${short}`])
    expect(alice.gitward(folder, 'check', '--range', 'HEAD~..HEAD').stderr).toBe('')
  })

  it('is nothing else than 0', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    plantPlaintext(alice, folder)
    for (const GITWARD of ['', '1', 'false', '00'])
      expect(
        alice.run(folder, 'git', ['commit', '-m', 'plant'], { env: { GITWARD }, mayFail: true }).status,
      ).toBe(1)
  })
})

describe('where gitward is', () => {
  it('does not matter: the hook starts it by absolute paths', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    const env = { PATH: onlyOnPath(alice, 'git', 'sh') }
    plantPlaintext(alice, folder)
    const refused = alice.run(folder, 'git', ['commit', '-m', 'plant'], { env, mayFail: true })
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('pre-commit refuses')
  })

  it('matters only where it moved: then PATH is asked, and without it nothing passes', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    alice.git(folder, 'config', 'gitward.script', '/nowhere/cli.cjs')
    write(folder, 'README', 'changed\n')
    alice.git(folder, 'commit', '-q', '-a', '-m', 'by PATH')
    const env = { PATH: onlyOnPath(alice, 'git', 'sh') }
    const refused = alice.run(folder, 'git', ['commit', '--allow-empty', '-m', 'x'], { env, mayFail: true })
    expect(refused).toMatchObject({
      status: 1,
      stderr:
        'gitward: not found, so pre-commit refuses; in its checkout, run: npm install --global ./gitward-*.tgz (or skip once with GITWARD=0)\n',
    })
    const skipped = alice.run(folder, 'git', ['commit', '--allow-empty', '-q', '-m', 'x'], {
      env: { ...env, GITWARD: '0' },
    })
    expect(skipped.stderr).toBe('gitward: not found, and GITWARD=0: pre-commit looked at nothing\n')
  })

  it('a hook that does not exist is a usage error', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'git')
    expect(alice.tryGitward(folder, 'hook', 'pre-comit')).toMatchObject({
      status: 2,
      stderr:
        'gitward: hook: there is no hook pre-comit: did you mean pre-commit?\n  try: gitward hook pre-commit\n',
    })
  })
})
