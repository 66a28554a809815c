import { describe, expect, it } from 'vitest'
import { blob, newWorld, read, write } from './support/world.ts'

const SECRET = 'PASSWORD=correct-horse\n'

/** A repository whose policy somebody else weakened by hand: it no longer protects .env. */
function weakenedRepository() {
  const world = newWorld()
  const owner = world.person('owner')
  const repository = owner.newRepository('repository')
  owner.gitward(repository, 'init')
  owner.gitward(repository, 'protect', '--whole', '.env')
  write(repository, '.env', SECRET)
  owner.commit(repository)
  const weaker = read(repository, '.gitward/config.yaml').toString().replace("'.env'", "'other.env'")
  write(repository, '.gitward/config.yaml', weaker)
  return { owner, repository }
}

describe('a policy that somebody else weakened', () => {
  it.each([
    ['protect', ['protect', '--whole', 'models/**']],
    ['unprotect', ['unprotect', 'other.env']],
  ])('is not trusted in passing by %s', (_, command) => {
    const { owner, repository } = weakenedRepository()
    const { status, stderr } = owner.tryGitward(repository, ...command)
    expect(status).toBe(5)
    expect(stderr).toContain('the policy here is weaker than the one this machine trusts')
    write(repository, '.env', `${SECRET}NEW=1\n`)
    owner.tryGit(repository, 'add', '.env')
    expect(blob(owner, repository, ':.env').toString('latin1')).not.toContain('correct-horse')
  })

  it('can be edited once a person has accepted it', () => {
    const { owner, repository } = weakenedRepository()
    owner.gitward(repository, 'policy', 'accept')
    expect(owner.gitward(repository, 'protect', '--whole', 'models/**').status).toBe(0)
  })
})
