import { rmSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { blob, leaks, newWorld, protectedRepository, read, recipientOf, write } from './support/world.ts'
import { epochKeyText } from './support/keys.ts'
import { givenAway } from './support/members.ts'

it('an epoch file copied into another scope lends its key to nobody', async () => {
  const world = newWorld()
  const ann = world.person('ann')
  const folder = protectedRepository(ann, 'repo', 'the secret of ann\n')
  const key = await epochKeyText(ann, folder)
  const job = world.person('job')
  const clone = job.clone(folder, 'clone')
  const [epochFile] = ann.git(folder, 'ls-files', '.gitward/keys').stdout.trim().split('\n')
  write(clone, `.gitward/keys/aaa/${path.basename(epochFile!)}`, read(clone, epochFile!))
  write(
    clone,
    '.gitward/config.yaml',
    `${read(clone, '.gitward/config.yaml').toString().trimEnd()}\n  - paths: ['*.aaa']\n    whole: true\n    scope: aaa\n`,
  )
  write(clone, 'x.aaa', blob(ann, folder, ':secrets/a.txt'))
  for (const args of [
    ['cat', 'x.aaa'],
    ['smudge', 'x.aaa'],
  ]) {
    const ran = job.run(clone, 'gitward', args, {
      env: { GITWARD_KEY: key },
      input: read(clone, 'x.aaa'),
      mayFail: true,
    })
    expect(ran.stdout).not.toContain('the secret of ann')
  }
})

it('unlock does not come to trust a policy that dropped a rule whose files are still to come', () => {
  const ann = newWorld().person('ann')
  const folder = protectedRepository(ann)
  ann.gitward(folder, 'protect', '--whole', '*.prod')
  ann.commit(folder)
  write(
    folder,
    '.gitward/config.yaml',
    read(folder, '.gitward/config.yaml').toString().replace('*.prod', '*.other'),
  )
  write(folder, 'x.prod', 'TOKEN=planned\n')
  expect(ann.gitward(folder, 'unlock').stderr).toContain('gitward policy accept')
  expect(ann.tryGit(folder, 'add', 'x.prod').status).toBe(128)
  expect(leaks(ann, folder, ['TOKEN=planned'])).toEqual([])
})

it('an identity is no member name, and is not repeated', () => {
  const world = newWorld()
  const ann = world.person('ann')
  const folder = protectedRepository(ann)
  const identity = givenAway(ann)
  const ran = ann.tryGitward(folder, 'member', 'add', identity, recipientOf(world.person('bob')))
  expect(ran.status).toBe(2)
  expect(ran.stdout + ran.stderr).not.toContain(identity)
  expect(read(folder, '.gitward/recipients/default.txt').toString()).not.toContain(identity)
})

it.each([
  ['./secrets/new.txt', '.'],
  ['new.txt', 'secrets'],
])('clean %s from %s is the same path to the policy', (file, from) => {
  const ann = newWorld().person('ann')
  const folder = protectedRepository(ann)
  const ran = ann.run(path.join(folder, from), 'gitward', ['clean', file], { input: 'typed by hand' })
  expect(ran.bytes.subarray(0, 8).toString('hex')).toBe('894757440d0a1a0a')
  expect(ann.tryGitward(folder, 'clean', '../elsewhere').status).toBe(2)
})

it('check --files finds its files from any folder, and refuses names that it does not know', () => {
  const ann = newWorld().person('ann')
  const folder = protectedRepository(ann)
  expect(ann.gitward(path.join(folder, 'secrets'), 'check', '--files', './a.txt').stdout).toContain(
    '1 file scanned',
  )
  expect(ann.tryGitward(folder, 'check', '--files', 'secrets/a.txt', 'missing').status).toBe(2)
})

it('the baseline that counts is the one that is committed with the files', () => {
  const ann = newWorld().person('ann')
  const folder = protectedRepository(ann)
  write(folder, 'notes.txt', `token = "${['ghp', 'Xk3vQ9mZr7TnB2wLc8YdHs5JfGpA6uE1oKtR'].join('_')}"\n`)
  ann.git(folder, 'add', 'notes.txt')
  write(folder, '.gitward/baseline.yaml', 'anything')
  expect(ann.tryGitward(folder, 'check', '--staged').status).toBe(1)
})

it('a side that became a whole file does not swallow the tokens of the other', () => {
  const ann = newWorld().person('ann')
  const folder = ann.newRepository('repo')
  ann.gitward(folder, 'init')
  ann.gitward(folder, 'protect', 'm.yaml')
  write(folder, 'm.yaml', 'a: first\nx: 1\n')
  ann.commit(folder)
  ann.git(folder, 'checkout', '-q', '-b', 'whole')
  ann.gitward(folder, 'unprotect', 'm.yaml')
  ann.gitward(folder, 'protect', '--whole', 'm.yaml')
  ann.commit(folder)
  ann.git(folder, 'checkout', '-q', 'main')
  write(folder, 'm.yaml', 'a: first\nx: 1\nb: second\n')
  ann.commit(folder)
  const merged = ann.tryGit(folder, 'merge', '--no-edit', 'whole')
  expect(merged.status).toBe(1)
  expect(merged.stdout + merged.stderr).toContain('m.yaml')
  rmSync(path.join(folder, 'm.yaml'))
})
