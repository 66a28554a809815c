import { beforeAll, describe, expect, it } from 'vitest'
import { changes, forgetStat } from './support/history.ts'
import { SECRET, sharedTeam, teamClone } from './support/team.ts'
import { blob, isFileEnvelope, leaks, write } from './support/world.ts'

const team = sharedTeam()

describe.each([
  { who: team.alice, state: 'unlocked' },
  { who: team.bob, state: 'partly unlocked' },
  { who: team.carol, state: 'locked' },
])('a conflict in whole files, in a clone that is $state', ({ who }) => {
  let clone: string
  const files = ['prod/a', 'secrets/a']

  beforeAll(() => {
    const { alice } = team
    const hub = teamClone(alice, team.hub(), `hub for ${who.name}`)
    for (const file of files) write(hub, file, `${SECRET} other side in ${file}\n`)
    alice.commit(hub, 'other side')
    clone = teamClone(who, hub, `conflict of ${who.name}`)
  })

  const conflicts: readonly (readonly [how: string, start: string[], goOn: string[]])[] = [
    ['merge', ['merge', '-q', 'feature'], ['commit', '-q', '--no-edit']],
    ['cherry-pick', ['cherry-pick', 'feature'], ['cherry-pick', '--continue']],
    ['rebase', ['rebase', '-q', 'feature'], ['rebase', '--continue']],
  ]

  it.each(conflicts)('by %s keeps ciphertext in every stage and can be resolved', (_, start, goOn) => {
    const stopped = who.tryGit(clone, '-c', 'core.editor=true', ...start)
    expect(stopped.status).toBe(1)
    expect(changes(who, clone).match(/^UU .+$/gm)).toEqual(files.map(file => `UU ${file}`))
    for (const file of files)
      for (const stage of [1, 2, 3]) expect(isFileEnvelope(blob(who, clone, `:${stage}:${file}`))).toBe(true)
    forgetStat(who, clone)
    who.git(clone, 'diff', '--stat')
    const theirs = files.map(file => who.git(clone, 'rev-parse', `:3:${file}`).stdout)
    who.git(clone, 'checkout', '-q', '--theirs', '--', ...files)
    who.git(clone, 'add', ...files)
    expect(files.map(file => who.git(clone, 'rev-parse', `:${file}`).stdout)).toEqual(theirs)
    who.git(clone, '-c', 'core.editor=true', ...goOn)
    expect(changes(who, clone)).toBe('')
    expect(leaks(who, clone, [SECRET])).toEqual([])
    who.git(clone, 'checkout', '-q', '-B', 'main', 'origin/main')
  })

  it('by stash pop keeps the stash', () => {
    write(clone, 'README', 'stashed\n')
    who.git(clone, 'stash', 'push', '-q')
    who.git(clone, 'checkout', '-q', 'before')
    expect(who.tryGit(clone, 'stash', 'pop').status).toBe(1)
    who.git(clone, 'reset', '-q', '--hard')
    expect(who.git(clone, 'stash', 'list').stdout).not.toBe('')
    who.git(clone, 'checkout', '-q', 'main')
    expect(changes(who, clone)).toBe('')
  })
})
