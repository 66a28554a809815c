// Two scripts add a recipient each to one portable file at the same moment, and one of them may be killed.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { attempt, gitward, lazily, newIdentity, random, root, run, start } from './world.mjs'

const MOST_DELAY_MILLISECONDS = 500

export function twoRewraps() {
  const made = lazily(portableFile)
  return {
    name: 'two rewraps of one file',
    async strike() {
      const { folder, fresh, file, owner, others } = made()
      copyFileSync(fresh, file)
      const rewrap = ({ recipient }) => gitward('rewrap', file, '--add', recipient, '--identity', owner.file)
      const delays = [random() < 0.5 ? random() * MOST_DELAY_MILLISECONDS : null, null]
      const outcomes = await Promise.all(others.map((each, i) => start(folder, rewrap(each), delays[i])))
      const unclear = outcomes.filter(
        ({ status, killed, stderr }) => status !== 0 && !killed && !stderr.includes('another gitward'),
      )
      const promised = [owner, ...others.filter((_, i) => outcomes[i].status === 0)]
      const opened = promised.map(each =>
        attempt(folder, gitward('decrypt', file, '-o', '-', '--identity', each.file)),
      )
      const next = attempt(folder, rewrap(newIdentity()))
      const failed = [...unclear, ...[...opened, next].filter(({ status }) => status !== 0)]
      const left = readdirSync(folder).filter(name => name !== 'fresh' && name !== 'file')
      return {
        struck: outcomes.some(({ status }) => status !== 0),
        problems: [
          ...failed.map(({ stderr }) => stderr.slice(0, 300)),
          ...left.map(name => `left behind: ${name}`),
        ],
      }
    },
  }
}

function portableFile() {
  const folder = path.join(root, 'rewrapped')
  mkdirSync(folder)
  const [owner, ...others] = [newIdentity(), newIdentity(), newIdentity()]
  const [fresh, file] = ['fresh', 'file'].map(name => path.join(folder, name))
  run(root, gitward('encrypt', path.join(root, '.gitconfig'), '-r', owner.recipient, '-o', fresh))
  return { folder, fresh, file, owner, others }
}
