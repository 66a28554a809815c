// A repository to be harmed, with a HOME of its own, and what must hold after the harm.
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const SECRET = 'planted-plaintext-'
const FILES = 40
const cli = path.resolve(import.meta.dirname, '../../../dist/cli.cjs')

export const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward faults ')))
const env = { ...process.env, HOME: root, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
for (const name of Object.keys(env))
  if (/^(?:GIT_(?!CONFIG_NOSYSTEM)|GITWARD_|XDG_|NODE_)/.test(name)) delete env[name]
writeFileSync(path.join(root, '.gitconfig'), '[user]\n\tname = faults\n\temail = faults@example.invalid\n')

/** A command line of ours. */
export const gitward = (...args) => [process.execPath, cli, ...args]

let state = 0
export const seedWith = seed => (state = seed)

/** Numerical Recipes' linear congruential generator: a printed seed repeats a run's moments. */
export const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32

/** What `make` returns, made when it is first needed. */
export function lazily(make) {
  let made
  return () => (made ??= make())
}

/** @throws on any exit code but 0. */
export const run = (cwd, [program, ...args]) =>
  execFileSync(program, args, { cwd, env, stdio: 'pipe', maxBuffer: 2 ** 30 })

export function attempt(cwd, [program, ...args]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, stdio: 'pipe' })
  return { status, stdout: stdout.toString('latin1'), stderr: stderr.toString() }
}

/** Starts a command at the head of a process group; `delay` milliseconds later all of it is killed. */
export function start(cwd, [program, ...args], delay = null) {
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true })
    let stderr = ''
    child.stderr.on('data', part => (stderr += part))
    const timer = delay !== null && setTimeout(() => killGroup(child.pid), delay)
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      resolve({ status, stderr, killed: signal === 'SIGKILL' })
    })
  })
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it was faster
  }
}

export function writeSecrets(repository) {
  mkdirSync(path.join(repository, 'conf'), { recursive: true })
  for (let i = 0; i < FILES; i++) {
    const value = `${SECRET}${Math.floor(random() * 1e9)}`
    writeFileSync(path.join(repository, `conf/${i}.yaml`), `password: ${value}\n`)
    writeFileSync(path.join(repository, `conf/${i}.bin`), `${value}\n`.repeat(200))
  }
}

let identities = 0

/** A new identity file and its recipient. */
export function newIdentity() {
  const file = path.join(root, `identity-${identities++}.txt`)
  return {
    file,
    recipient: run(root, gitward('keygen', '-o', file))
      .toString()
      .trim()
      .split('\n')
      .at(-1),
  }
}

/** @param beforeInit is given the folder between `git init` and `gitward init`. */
export function makeRepository(folder, beforeInit = () => {}) {
  mkdirSync(folder, { recursive: true })
  run(folder, ['git', 'init', '-q'])
  beforeInit(folder)
  run(folder, gitward('init', '--hooks', 'none'))
  run(folder, gitward('protect', 'conf/*.yaml'))
  run(folder, gitward('protect', '--whole', 'conf/*.bin'))
  writeSecrets(folder)
  run(folder, ['git', 'add', '-A'])
  run(folder, ['git', 'commit', '-qm', 'one'])
  return folder
}

/**
 * Does what a person would do next, and looks at what must hold then.
 * @param again the command that was struck, if it may be typed once more; else what it changed is dropped.
 * @returns what is wrong.
 */
export function problemsAfter(repository, again = null) {
  rmSync(path.join(repository, '.git/index.lock'), { force: true }) // git's own, as its message says
  const problems = []
  const mustWork = command => {
    const { status, stdout, stderr } = attempt(repository, command)
    const shown = command.filter(word => !path.isAbsolute(word)).join(' ')
    if (status !== 0) problems.push(`${shown}: exit ${status}: ${`${stderr}${stdout}`.slice(0, 400)}`)
  }
  mustWork(['git', 'fsck', '--no-dangling', '--no-progress'])
  mustWork(gitward('unlock'))
  mustWork(['git', 'status', '--porcelain'])
  mustWork(again ?? ['git', 'checkout', '--', '.'])
  mustWork(gitward('doctor'))
  mustWork(['git', 'add', '-A'])
  mustWork(['git', 'commit', '-qm', 'next', '--allow-empty'])
  mustWork(gitward('check', '--all'))
  const objects = run(repository, ['git', 'cat-file', '--batch-all-objects', '--batch'])
  if (objects.includes(SECRET)) problems.push('an object holds plaintext')
  if (run(repository, ['git', 'status', '--porcelain']).length > 0)
    problems.push('the work tree is not clean')
  return [...problems, ...leftovers(repository)]
}

/** Locks and temporary files of ours anywhere, and plaintext below .git. */
function leftovers(repository) {
  return readdirSync(repository, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(repository, path.join(entry.parentPath, entry.name)))
    .flatMap(file => {
      if (/\.gitward-.*\.(?:tmp|lock)|gitward\/(?:lock|scratch)/.test(file)) return [`left behind: ${file}`]
      const holdsSecret =
        file.startsWith('.git/') && readFileSync(path.join(repository, file)).includes(SECRET)
      return holdsSecret ? [`${file} holds plaintext`] : []
    })
}
