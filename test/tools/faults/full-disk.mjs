// A file system of some MB that is full but for a random rest, below the repository or below .git/gitward.
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { steps } from './steps.mjs'
import { attempt, lazily, makeRepository, problemsAfter, random, root, run } from './world.mjs'

const DISK_MIB = 96
/** Bytes: more than any of the commands writes. */
const MOST_LEFT = { disk: 700 << 10, state: 100 << 10 }
const UNEXPECTED = /unexpected|\.js:\d+|ENOSPC: no space/

/** @returns a trial for each step and place; none where nothing can be mounted. */
export function fullDisks() {
  if (process.getuid() !== 0) {
    console.log('full disk: skipped, for only root can mount a small tmpfs')
    return []
  }
  const small = path.join(root, 'small disk')
  const repository = lazily(() => {
    mount(small)
    return { disk: small, mostLeft: MOST_LEFT.disk, repository: makeRepository(path.join(small, 'repo')) }
  })
  const state = lazily(() => {
    const folder = path.join(root, 'state apart')
    const disk = path.join(folder, '.git/gitward')
    return { disk, mostLeft: MOST_LEFT.state, repository: makeRepository(folder, () => mount(disk)) }
  })
  return steps.flatMap(step => [
    { name: `full disk: ${step.name}`, strike: filler(repository, step) },
    { name: `full .git/gitward: ${step.name}`, strike: filler(state, step) },
  ])
}

function mount(folder) {
  mkdirSync(folder, { recursive: true })
  run(root, ['mount', '-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=0700`, 'tmpfs', folder])
  process.on('exit', () => attempt(root, ['umount', '--lazy', folder]))
}

function filler(made, { prepare, once }) {
  return async () => {
    const { disk, mostLeft, repository } = made()
    const ballast = path.join(disk, 'ballast')
    const command = prepare(repository)
    const { bavail, bsize } = statfsSync(disk)
    const left = Math.floor(random() ** 3 * mostLeft)
    writeFileSync(ballast, Buffer.alloc(Math.max(bavail * bsize - left, 0)))
    const { status, stderr } = attempt(repository, command)
    rmSync(ballast)
    const isClear =
      status !== null && !UNEXPECTED.test(stderr) && (command[0] === 'git' || [0, 5].includes(status))
    return {
      struck: status !== 0,
      problems: [
        ...(isClear ? [] : [`exit ${status}: ${stderr.slice(0, 300)}`]),
        ...problemsAfter(repository, once ? null : command),
      ],
    }
  }
}
