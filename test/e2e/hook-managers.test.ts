import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { head, hookedRepository, plantPlaintext, unjudged, which } from './support/hooks.ts'
import { newWorld, read, write, type Person } from './support/world.ts'

const husky = path.resolve(import.meta.dirname, '../../node_modules/husky/bin.js')

/** Plaintext is refused with every way to commit it that the manager covers, and HEAD stays. */
function expectJudged(person: Person, folder: string): void {
  const before = head(person, folder)
  plantPlaintext(person, folder)
  const refused = person.tryGit(folder, 'commit', '-m', 'plant')
  expect(refused.status).toBe(1)
  expect(refused.stdout + refused.stderr).toContain('plain text where ciphertext must stand')
  expect(refused.stdout + refused.stderr).toContain('pre-commit refuses')
  person.git(folder, 'rm', '-q', '--cached', '-f', 'secrets/planted')
  write(folder, 'README', 'changed\n')
  person.git(folder, 'commit', '-q', '-a', '-m', 'fine')
  expect(head(person, folder)).not.toBe(before)
}

/** The same of a merge. */
function expectMergeJudged(person: Person, folder: string): void {
  person.git(folder, 'checkout', '-q', '-b', 'side', 'HEAD~')
  plantPlaintext(person, folder)
  unjudged(person, folder, 'commit', '-q', '--no-verify', '-m', 'plant')
  person.git(folder, 'checkout', '-q', '-f', 'main')
  const before = head(person, folder)
  const refused = person.tryGit(folder, 'merge', '--no-ff', '-m', 'merge', 'side')
  expect(refused.status).not.toBe(0)
  expect(refused.stdout + refused.stderr).toContain('secrets/planted')
  expect(head(person, folder)).toBe(before)
}

/** The same of a push, to a place whose name a shell would take for two commands. */
function expectPushJudged(person: Person, folder: string): void {
  const hub = `${folder}-hub;true`
  person.git(folder, 'init', '-q', '--bare', hub)
  const refused = person.tryGit(folder, 'push', hub, 'side')
  expect(refused.status).not.toBe(0)
  expect(refused.stdout + refused.stderr).toContain('secrets/planted')
  expect(person.git(hub, 'for-each-ref').stdout).toBe('')
}

describe('husky 9', () => {
  const runHusky = (person: Person, folder: string) => person.run(folder, process.execPath, [husky])
  const withHusky = (folder: string) =>
    write(folder, 'package.json', '{"devDependencies":{"husky":"^9.1.7"}}\n')

  it('runs our line in files that everybody gets, beside the lines that are there', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'auto', repository => {
      withHusky(repository)
      runHusky(alice, repository)
      write(repository, '.husky/pre-commit', 'echo lint\n')
    })
    expect(read(folder, '.gitward/config.yaml').toString()).toContain('\nhooks: husky #')
    expect(read(folder, '.husky/pre-commit').toString()).toBe(
      'sh .gitward/hook pre-commit "$@" || exit $? # gitward\necho lint\n',
    )
    expectJudged(alice, folder)
    expectMergeJudged(alice, folder)
    expect(alice.tryGitward(folder, 'doctor').stdout).toContain('hooks are in place, run by husky\n')
  })

  it('leaves a committed script and a line that still work as others wrote them, and mends those that do not', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'husky')
    const script = read(folder, '.gitward/hook').toString()
    const older = `${script}# of another version\n`
    const moved = 'cd .\nsh .gitward/hook pre-commit || exit 1\n'
    write(folder, '.gitward/hook', older)
    write(folder, '.husky/pre-commit', moved)
    write(folder, '.husky/pre-push', '# sh .gitward/hook pre-push\n')
    alice.gitward(folder, 'unlock')
    expect(read(folder, '.gitward/hook').toString()).toBe(older)
    expect(read(folder, '.husky/pre-commit').toString()).toBe(moved)
    expect(read(folder, '.husky/pre-push').toString()).toMatch(/^refs=.* # gitward\n# sh/)
    write(folder, '.gitward/hook', '')
    expect(alice.tryGitward(folder, 'doctor').stdout).toContain('.gitward/hook lacks what gitward puts there')
    alice.tryGitward(folder, 'doctor', '--fix')
    expect(read(folder, '.gitward/hook').toString()).toBe(script)
  })

  it('writes and reads nothing through a link that was committed', () => {
    const world = newWorld()
    const [alice, mallory] = [world.person('alice'), world.person('mallory')]
    const folder = hookedRepository(mallory, 'husky')
    rmSync(path.join(folder, '.husky'), { recursive: true })
    symlinkSync(alice.home, path.join(folder, '.husky'))
    rmSync(path.join(folder, '.gitward/hook'))
    symlinkSync(path.join(alice.home, '.gitconfig'), path.join(folder, '.gitward/hook'))
    mallory.commit(folder, 'links')
    const clone = alice.clone(folder, 'clone')
    const before = readdirSync(alice.home)
    const fixed = alice.tryGitward(clone, 'doctor', '--fix')
    expect(fixed.stdout).toMatch(/hooks: .*is a symbolic link, or behind one: gitward left it alone/)
    expect(readdirSync(alice.home)).toEqual(before)
    expect(alice.git(clone, 'status', '--porcelain').stdout).toBe('')
  })

  it('says so where husky was not run yet, and in a linked work tree', () => {
    const world = newWorld()
    const alice = world.person('alice')
    const folder = alice.newRepository('repo')
    withHusky(folder)
    expect(alice.gitward(folder, 'init', '--hooks', 'auto').stderr).toContain(
      'gitward: .husky/_ is missing in this work tree: git runs no hooks here\n  try: npx husky\n',
    )
    runHusky(alice, folder)
    alice.git(folder, 'add', '-A')
    alice.git(folder, 'commit', '-q', '-m', 'first')
    expect(alice.gitward(folder, 'doctor').stdout).toContain('hooks are in place, run by husky\n')
    const linked = `${folder} linked`
    alice.git(folder, 'worktree', 'add', '-q', linked, '-b', 'linked')
    const silent = alice.tryGitward(linked, 'doctor')
    expect(silent.status).toBe(1)
    expect(silent.stdout).toContain(
      'FAIL  hooks: .husky/_ is missing in this work tree: git runs no hooks here\n      try: npx husky\n',
    )
    runHusky(alice, linked)
    expect(alice.gitward(linked, 'doctor').stdout).toContain('hooks are in place, run by husky\n')
  })

  it('refuses in a clone without gitward, and says how to go on', () => {
    const world = newWorld()
    const alice = world.person('alice')
    const folder = hookedRepository(alice, 'husky')
    const clone = alice.clone(folder, 'clone')
    runHusky(alice, clone)
    const { PATH, ...env } = alice.env
    const withoutGitward = PATH!.split(':').filter(each => !existsSync(path.join(each, 'gitward')))
    const refused = alice.run(clone, 'git', ['commit', '--allow-empty', '-m', 'x'], {
      env: { ...env, PATH: withoutGitward.join(':') },
      mayFail: true,
    })
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain(
      'gitward: not found, so pre-commit refuses; in its checkout, run: npm install --global ./gitward-*.tgz',
    )
  })
})

describe('lefthook', () => {
  const isHere = which('lefthook') !== null
  if (!isHere) console.log('skipped: lefthook is not installed (npm install --global lefthook)')

  it.skipIf(!isHere)('runs our command beside those that are there', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'auto', repository =>
      write(repository, 'lefthook.yml', 'pre-commit:\n  commands:\n    lint: # mine\n      run: echo lint\n'),
    )
    expect(read(folder, '.gitward/config.yaml').toString()).toContain('\nhooks: lefthook #')
    expect(read(folder, 'lefthook.yml').toString()).toContain('    lint: # mine\n      run: echo lint\n')
    expect(alice.tryGitward(folder, 'doctor').stdout).toContain('try: lefthook install\n')
    alice.run(folder, 'lefthook', ['install'])
    expect(alice.gitward(folder, 'doctor').stdout).toContain('hooks are in place, run by lefthook\n')
    expectJudged(alice, folder)
    expectMergeJudged(alice, folder)
    expectPushJudged(alice, folder)
  })
})

describe('the pre-commit framework', () => {
  const isHere = which('pre-commit') !== null
  if (!isHere) console.log('skipped: pre-commit is not installed (pip install pre-commit)')

  it.skipIf(!isHere)('runs our entry; what it cannot run stays with git', () => {
    const alice = newWorld().person('alice')
    const folder = hookedRepository(alice, 'auto', repository =>
      write(
        repository,
        '.pre-commit-config.yaml',
        'repos:\n- repo: meta\n  hooks:\n  - id: identity # mine\n',
      ),
    )
    expect(read(folder, '.gitward/config.yaml').toString()).toContain('\nhooks: pre-commit #')
    expect(read(folder, '.pre-commit-config.yaml').toString()).toContain(
      '- repo: meta\n  hooks:\n  - id: identity # mine\n',
    )
    const [, install] = /try: (pre-commit install .*)\n/.exec(alice.tryGitward(folder, 'doctor').stdout)!
    alice.run(folder, 'sh', ['-c', install!])
    expect(alice.gitward(folder, 'doctor').stdout).toContain('hooks are in place, run by pre-commit\n')
    expectJudged(alice, folder)
    expectMergeJudged(alice, folder)
    for (const name of ['pre-applypatch', 'pre-push'])
      expect(read(folder, `.git/hooks/${name}`).toString()).toMatch(/ # gitward\n$/)
  })
})
