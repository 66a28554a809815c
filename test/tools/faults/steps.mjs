// The commands that faults strike, each with what must be there before.
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gitward, newIdentity, random, run, writeSecrets } from './world.mjs'

const number = () => Math.floor(random() * 1e9)

/**
 * @typedef Step
 * @property {string} name
 * @property {(repository: string) => string[]} prepare Makes what the command needs, and the command.
 * @property {true} [once] The command cannot be typed again after it has worked.
 */

/** @type {readonly Step[]} */
export const steps = [
  {
    name: 'add',
    prepare(repository) {
      writeSecrets(repository)
      return ['git', 'add', '-A']
    },
  },
  {
    name: 'checkout',
    prepare(repository) {
      rmSync(path.join(repository, 'conf'), { recursive: true, force: true })
      return ['git', 'checkout', '--', '.']
    },
  },
  { name: 'lock', prepare: () => gitward('lock'), once: true },
  {
    name: 'unlock',
    prepare(repository) {
      run(repository, gitward('lock'))
      return gitward('unlock')
    },
  },
  {
    name: 'protect',
    prepare(repository) {
      const file = `new-${number()}.txt`
      writeFileSync(path.join(repository, file), 'plain so far\n')
      run(repository, ['git', 'add', '--', file])
      run(repository, ['git', 'commit', '-qm', 'plain'])
      return gitward('protect', '--whole', file)
    },
  },
  { name: 'set', prepare: () => gitward('set', 'conf/1.yaml:password', `another-${number()}`) },
  {
    name: 'member add',
    prepare: () => gitward('member', 'add', `m${number()}`, newIdentity().recipient),
    once: true,
  },
]
