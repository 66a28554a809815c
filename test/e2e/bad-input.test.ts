import { rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { flipped, foreignEnvelope, ofVersion, portableEnvelope } from './support/envelopes.ts'
import { changes, forgetStat, stageBlob } from './support/history.ts'
import { sharedTeam, teamClone } from './support/team.ts'
import { blob, read, write } from './support/world.ts'

const team = sharedTeam()

/** The same, or what is said in an unlocked and in a locked clone. */
type Pair<T> = readonly [unlocked: T, locked: T]
const both = <T>(one: T): Pair<T> => [one, one]

interface BadCase {
  readonly what: string
  /** From a good envelope of the path. */
  readonly from: (good: Buffer) => Buffer
  readonly warning: Pair<RegExp>
  /** What clean says of it when it is new. */
  readonly refusal: Pair<RegExp>
  readonly catExit: Pair<number>
}

const tampered: Omit<BadCase, 'what' | 'from'> = {
  warning: [/stays encrypted: the file envelope was changed: /, /1 file stays encrypted: no key for it/],
  refusal: [
    /this ciphertext was changed: it does not authenticate\n {2}try: git checkout -- /,
    /cannot be encrypted or checked, because scope default is locked here\n {2}try: gitward unlock\n/,
  ],
  catExit: [4, 3],
}

const cases: readonly BadCase[] = [
  { what: 'a flipped bit of the salt', from: good => flipped(good, 20), ...tampered },
  { what: 'a flipped bit of the commitment', from: good => flipped(good, 44), ...tampered },
  { what: 'a flipped bit of the text', from: good => flipped(good, 76), ...tampered },
  { what: 'a flipped bit of the last tag', from: good => flipped(good, -1), ...tampered },
  { what: 'a cut end', from: good => good.subarray(0, -1), ...tampered },
  { what: 'a longer end', from: good => Buffer.concat([good, Buffer.of(0)]), ...tampered },
  {
    what: 'a kid of nobody',
    from: foreignEnvelope,
    warning: both(/stays encrypted: its key is not one of this repository's/),
    refusal: both(/this ciphertext is new and its key is not one of this repository's\n {2}try: /),
    catExit: both(4),
  },
  {
    what: 'a version of the future',
    from: good => ofVersion(good, 2),
    warning: both(/stays encrypted: this file envelope has version 2, which this gitward does not know/),
    refusal: both(
      /has version 2, which this gitward does not know\n {2}try: npm install --global gitward@latest\n/,
    ),
    catExit: both(4),
  },
  {
    what: 'a portable envelope',
    from: () => portableEnvelope,
    warning: both(/stays encrypted: this is a portable envelope: open it with `gitward decrypt`/),
    refusal: both(
      /a portable envelope cannot stand in a protected path: the team could not open it\n {2}try: /,
    ),
    catExit: both(2),
  },
]

describe.each([
  { who: team.alice, state: 'unlocked', side: 0 },
  { who: team.carol, state: 'locked', side: 1 },
] as const)('in a clone that is $state', ({ who, side }) => {
  let clone: string
  let good: Buffer
  const fileOf = (what: string) => `secrets/${what}`

  beforeAll(() => {
    clone = teamClone(who, team.hub(), `bad of ${who.name}`)
    good = blob(who, clone, 'HEAD:secrets/a')
    for (const { what, from } of cases) stageBlob(who, clone, fileOf(what), from(good))
    who.git(clone, 'commit', '-q', '-m', 'put them by hand')
  })

  it.each(cases)('$what that is new is refused', ({ from, refusal }) => {
    // another bit than what is committed, which would pass as a rename
    write(clone, 'secrets/new', flipped(from(good), -3))
    const refused = who.tryGit(clone, 'add', 'secrets/new')
    expect(refused.status).toBe(128)
    expect(refused.stderr).toMatch(/^gitward: secrets\/new: /)
    expect(refused.stderr).toMatch(refusal[side])
    expect(who.git(clone, 'ls-files', 'secrets/new').stdout).toBe('')
    rmSync(path.join(clone, 'secrets/new'))
  })

  it.each(cases)('$what that is committed stays as it is, and cat fails', ({ what, from, ...says }) => {
    const checkout = who.git(clone, 'checkout', '-q', '--', fileOf(what))
    expect(checkout.stderr).toMatch(says.warning[side])
    expect(read(clone, fileOf(what)).equals(from(good))).toBe(true)
    const cat = who.tryGitward(clone, 'cat', fileOf(what))
    expect([cat.status, cat.stdout]).toEqual([says.catExit[side], ''])
  })

  it('git goes on with all of them in the tree', () => {
    forgetStat(who, clone)
    expect(changes(who, clone)).toBe('')
    who.git(clone, 'checkout', '-q', 'feature')
    who.git(clone, 'checkout', '-q', 'main')
    write(clone, 'README', 'edited\n')
    who.git(clone, 'stash', 'push', '-q')
    who.git(clone, 'stash', 'pop', '-q')
    forgetStat(who, clone)
    expect(changes(who, clone)).toBe(' M README\n')
    expect(who.git(clone, 'diff', '--name-only').stdout).toBe('README\n')
    const fresh = who.clone(clone, `fresh of ${who.name}`)
    who.tryGitward(fresh, 'unlock')
    for (const { what, from } of cases) expect(read(fresh, fileOf(what)).equals(from(good))).toBe(true)
    expect(changes(who, fresh)).toBe('')
  })
})
