import { rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { check, gatedRepository, kinds, reported, token } from './support/gate.ts'
import { said } from './support/members.ts'
import { newWorld, read, write, type Person } from './support/world.ts'

const BASELINE = '.gitward/baseline.yaml'

/** Two files with one secret, a third with two on one line. */
function withSecrets(person: Person): string {
  const folder = gatedRepository(person)
  write(folder, 'sub/it is.txt', `one\ntoken = "${token()}"\n`)
  write(folder, 'other.txt', `token = "${token()}"\n`)
  write(folder, 'two.txt', `a = "${token('A'.repeat(3) + token().slice(7))}", b = "${token()}"\n`)
  person.commit(folder, 'secrets')
  return folder
}

describe('baseline', () => {
  it('accepts by place and by fingerprint, lists, and prunes what is gone', () => {
    const ann = newWorld().person('ann')
    const folder = withSecrets(ann)
    expect(check(ann, folder).findings).toHaveLength(4)
    const byPlace = ann.gitward(
      path.join(folder, 'sub'),
      'baseline',
      'add',
      'it is.txt:2',
      '--reason',
      'expired in 2020',
      '--expires',
      '2999-12-31',
    )
    expect(byPlace.stderr).toContain('accepted: github-token in sub/it is.txt')
    expect(check(ann, folder).findings).toHaveLength(4) // the index does not have it yet
    ann.git(folder, 'add', BASELINE)
    expect(check(ann, folder)).toMatchObject({ status: 1, suppressed: 1 })
    const fingerprint = reported(ann, folder, 'scan', 'other.txt').findings[0]!.fingerprint
    ann.gitward(folder, 'baseline', 'add', fingerprint, '--reason', 'the same', '--owner', 'platform')
    ann.git(folder, 'add', BASELINE)
    expect(kinds(check(ann, folder))).toEqual(['secret two.txt'])
    const listed = ann.gitward(folder, 'baseline', 'list').stdout.trim().split('\n')
    expect(listed).toHaveLength(3) // one secret, three places
    expect(listed.join('\n')).not.toContain(token().slice(4, 20))
    expect(JSON.parse(ann.gitward(folder, 'baseline', 'list', '--json').stdout)).toContainEqual(
      expect.objectContaining({ path: 'other.txt', owner: 'platform', reason: 'the same', expired: false }),
    )
    const text = read(folder, BASELINE).toString()
    expect(text.split('\n').slice(3, -1)).toEqual(text.split('\n').slice(3, -1).sort())
    expect(ann.gitward(folder, 'baseline', 'prune').stderr).toContain('every accepted finding is still there')
    rmSync(path.join(folder, 'other.txt'))
    ann.git(folder, 'add', '-A')
    expect(ann.gitward(folder, 'baseline', 'prune').stderr).toContain('removed: github-token in other.txt')
    expect(ann.gitward(folder, 'baseline', 'list').stdout.trim().split('\n')).toHaveLength(2)
  })

  it('accepts a finding that only a commit of the range holds', () => {
    const ann = newWorld().person('ann')
    const folder = gatedRepository(ann)
    write(folder, 'a.txt', `token = "${token()}"\n`)
    ann.commit(folder, 'oops')
    write(folder, 'a.txt', 'gone\n')
    ann.commit(folder, 'cleaned')
    const range = ['--range', 'HEAD~2..HEAD']
    expect(said(ann.tryGitward(folder, 'baseline', 'add', 'a.txt:1', '--reason', 'x'))).toContain(
      'nothing is found at a.txt:1',
    )
    ann.gitward(folder, 'baseline', 'add', 'a.txt:1', '--reason', 'revoked', ...range)
    ann.commit(folder, 'accept')
    expect(check(ann, folder, '--range', 'HEAD~3..HEAD')).toMatchObject({ status: 0, suppressed: 1 })
  })

  it('refuses what nobody may accept, and says what to type', () => {
    const ann = newWorld().person('ann')
    const folder = withSecrets(ann)
    ann.git(folder, 'rm', '-q', '--cached', '.gitattributes')
    const attributes = check(ann, folder).findings.find(({ kind }) => kind === 'attributes')!
    const refusals: readonly [readonly string[], RegExp][] = [
      [['add', 'other.txt:1'], /baseline: add needs a reason\n.*baseline add other.txt:1 --reason/],
      [['add', 'other.txt:1', '--reason', ' '], /add needs a reason/],
      [['add', '--reason', 'x'], /add needs a fingerprint or FILE:LINE/],
      [['add', 'other.txt', '--reason', 'x'], /"other.txt" is neither a fingerprint nor FILE:LINE/],
      [['add', 'other.txt:2', '--reason', 'x'], /nothing is found at other.txt:2/],
      [['add', 'A'.repeat(22), '--reason', 'x'], /nothing is found at AAAA/],
      [['add', 'two.txt:1', '--reason', 'x'], /2 secrets stand at two.txt:1: name one/],
      [
        ['add', attributes.fingerprint, '--reason', 'x'],
        /a finding of kind attributes is never accepted\n.*gitward doctor --fix/,
      ],
      [['add', 'other.txt:1', '--reason', 'x', '--expires', '2027-02-30'], /is no day like/],
      [['add', 'other.txt:1', '--reason', 'x', '--expires', '2020-01-31'], /is over already/],
      [['prune', '--reason', 'x'], /prune takes no --reason/],
      [['lst'], /did you mean list/],
    ]
    for (const [args, message] of refusals) {
      const ran = ann.tryGitward(folder, 'baseline', ...args)
      expect([args, ran.status]).toEqual([args, 2])
      expect(ran.stderr).toMatch(message)
    }
    write(folder, BASELINE, 'version: 1\n')
    const damaged = ann.tryGitward(folder, 'baseline', 'list')
    expect(damaged.status).toBe(2)
    expect(damaged.stderr).toContain('.gitward/baseline.yaml:1: expected')
  })
})
