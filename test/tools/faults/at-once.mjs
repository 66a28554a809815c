// Several commands at the same moment: each works, or says which lock it found; nothing else may happen.
import path from 'node:path'
import { gitward, lazily, makeRepository, problemsAfter, root, start, writeSecrets } from './world.mjs'

export function eightAtOnce() {
  const made = lazily(() => makeRepository(path.join(root, 'crowded')))
  const commands = [
    ['git', 'add', '-A'],
    ['git', 'status', '--porcelain'],
    gitward('unlock'),
    gitward('status'),
  ]
  return {
    name: 'eight at once',
    async strike() {
      const repository = made()
      writeSecrets(repository)
      const eight = Array.from({ length: 8 }, (_, i) => start(repository, commands[i % commands.length]))
      const refused = (await Promise.all(eight)).filter(({ status }) => status !== 0)
      const unclear = refused.filter(({ stderr }) => !/index\.lock|another gitward/.test(stderr))
      const problems = unclear.map(({ status, stderr }) => `exit ${status}: ${stderr.slice(0, 300)}`)
      return { struck: refused.length > 0, problems: [...problems, ...problemsAfter(repository)] }
    },
  }
}
