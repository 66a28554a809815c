import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { newWorld, read, write } from './support/world.ts'

describe('a damaged state file', () => {
  const names = ['keyring.json', 'trust.json', 'policy-main.json']
  // cut, of another shape, of half a shape; null would forget whom this machine trusts
  const contents = ['{"cut": ', 'null', '[5]', '{"pins":{"repo":"r","epochs":{}},"hash":"h","compiled":{}}']
  it.each(names.flatMap(name => contents.map(content => [name, content] as const)))(
    '%s that holds %s is named by an error whose hint mends it',
    (name, content) => {
      const owner = newWorld().person('owner')
      const repository = owner.newRepository('repository')
      owner.gitward(repository, 'init')
      owner.gitward(repository, 'protect', '--whole', '.env')
      write(repository, '.env', 'PASSWORD=correct-horse\n')
      owner.commit(repository)
      write(repository, `.git/gitward/${name}`, content)

      const { status, stderr } = owner.tryGitward(repository, 'unlock')
      expect(status).toBe(2)
      expect(stderr).toContain(`${path.join(repository, '.git/gitward', name)} is damaged`)
      owner.run(repository, 'sh', ['-c', /try: (.+)/.exec(stderr)![1]!])
      expect(owner.gitward(repository, 'status').stdout).toBe('sealed           .env\n')
      expect(read(repository, '.env').toString()).toBe('PASSWORD=correct-horse\n')
    },
  )
})
