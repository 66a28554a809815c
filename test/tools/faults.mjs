// Kills gitward and git with SIGKILL at random moments and looks at what is left.
// usage: node test/tools/faults.mjs [rounds of each] [seed]; build first (npm run build)
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const rounds = Number(process.argv[2] ?? 10)
let seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward faults ')))
const cli = path.resolve(import.meta.dirname, '../../dist/cli.js')
const SECRET = 'planted-plaintext-'
const FILES = 40
const env = { ...process.env, HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
for (const name of Object.keys(env))
  if (/^(?:GIT_(?!CONFIG_NOSYSTEM)|GITWARD_|XDG_|NODE_)/.test(name)) delete env[name]
writeFileSync(path.join(root, '.gitconfig'), '[user]\n\tname = faults\n\temail = faults@example.invalid\n')

/** Numerical Recipes' linear congruential generator: a printed seed repeats a run's moments. */
const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32

const run = (cwd, command, ...args) =>
  execFileSync(command, args, { cwd, env, stdio: 'pipe', maxBuffer: 2 ** 30 })
const attempt = (cwd, command, ...args) => spawnSync(command, args, { cwd, env, stdio: 'pipe' })
const ward = (cwd, ...args) => run(cwd, process.execPath, cli, ...args)

const steps = {
  add: {
    prepare: repository => writeSecrets(repository),
    command: ['git', 'add', '-A'],
  },
  checkout: {
    prepare: repository => rmSync(path.join(repository, 'conf'), { recursive: true }),
    command: ['git', 'checkout', '--', '.'],
  },
  lock: { prepare: () => {}, command: [process.execPath, cli, 'lock'] },
  unlock: { prepare: repository => ward(repository, 'lock'), command: [process.execPath, cli, 'unlock'] },
  protect: {
    prepare: repository => writeFileSync(path.join(repository, 'new.txt'), 'one\n'),
    command: [process.execPath, cli, 'protect', '--whole', 'new.txt'],
  },
  'member add': {
    prepare: () => {},
    command: () => [process.execPath, cli, 'member', 'add', `m${Math.floor(random() * 1e9)}`, newRecipient()],
  },
}

function writeSecrets(repository) {
  mkdirSync(path.join(repository, 'conf'), { recursive: true })
  for (let i = 0; i < FILES; i++) {
    const value = `${SECRET}${Math.floor(random() * 1e9)}`
    writeFileSync(path.join(repository, `conf/${i}.yaml`), `password: ${value}\n`)
    writeFileSync(path.join(repository, `conf/${i}.bin`), `${value}\n`.repeat(200))
  }
}

let identities = 0
function newRecipient() {
  const file = path.join(root, `identity-${identities++}.txt`)
  return ward(root, 'keygen', '-o', file).toString().trim().split('\n').at(-1)
}

function makeRepository() {
  const repository = path.join(root, 'repo')
  mkdirSync(repository)
  run(repository, 'git', 'init', '-q')
  ward(repository, 'init', '--hooks', 'none')
  ward(repository, 'protect', 'conf/*.yaml')
  ward(repository, 'protect', '--whole', 'conf/*.bin')
  writeSecrets(repository)
  run(repository, 'git', 'add', '-A')
  run(repository, 'git', 'commit', '-qm', 'one')
  return repository
}

/** Milliseconds that the step takes when nobody kills it. */
function duration(repository, { prepare, command }) {
  prepare(repository)
  const [program, ...args] = typeof command === 'function' ? command() : command
  const start = performance.now()
  run(repository, program, ...args)
  return performance.now() - start
}

/** Kills the whole process group: git, the filter, whatever they started. */
function killAfter(repository, command, delay) {
  const [program, ...args] = typeof command === 'function' ? command() : command
  return new Promise(resolve => {
    const child = spawn(program, args, { cwd: repository, env, stdio: 'ignore', detached: true })
    const timer = setTimeout(() => {
      try {
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it was faster
      }
    }, delay)
    child.on('exit', (_, signal) => {
      clearTimeout(timer)
      resolve(signal === 'SIGKILL')
    })
  })
}

/** What a person would do next, and what must hold then. @returns what is wrong. */
function problemsAfter(repository) {
  rmSync(path.join(repository, '.git/index.lock'), { force: true }) // git's own, as its message says
  const problems = []
  const mustWork = (what, ...command) => {
    const { status, stderr } = attempt(repository, ...command)
    if (status !== 0) problems.push(`${what}: exit ${status}: ${stderr.toString().slice(0, 200)}`)
  }
  mustWork('fsck', 'git', 'fsck', '--no-dangling', '--no-progress')
  mustWork('unlock', process.execPath, cli, 'unlock')
  mustWork('status', 'git', 'status', '--porcelain')
  mustWork('gitward status', process.execPath, cli, 'status')
  mustWork('doctor', process.execPath, cli, 'doctor')
  mustWork('checkout', 'git', 'checkout', '-f', 'HEAD', '--', '.')
  mustWork('add', 'git', 'add', '-A')
  mustWork('commit', 'git', 'commit', '-qm', 'next', '--allow-empty')
  const objects = run(repository, 'git', 'cat-file', '--batch-all-objects', '--batch')
  if (objects.includes(SECRET)) problems.push('an object holds plaintext')
  if (run(repository, 'git', 'status', '--porcelain').length > 0) problems.push('the work tree is not clean')
  const left = readdirSync(path.join(repository, '.git/gitward')).filter(name =>
    /lock|scratch|tmp/.test(name),
  )
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`)
  if (strays(repository).length > 0) problems.push(`temporary files: ${strays(repository).join(', ')}`)
  return problems
}

const strays = folder =>
  readdirSync(folder, { recursive: true }).filter(
    name =>
      /\.gitward-.*\.tmp$/.test(name) &&
      !name.startsWith('.git/') &&
      statSync(path.join(folder, name)).isFile(),
  )

/** Eight at once: git may find its index locked and gitward its own lock, and say so; nothing else may happen. */
async function crowd(repository) {
  const commands = [
    ['git', 'add', '-A'],
    ['git', 'status', '--porcelain'],
    [process.execPath, cli, 'unlock'],
    [process.execPath, cli, 'status'],
  ]
  writeSecrets(repository)
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, i) => ended(repository, ...commands[i % commands.length])),
  )
  const refused = outcomes.filter(({ status }) => status !== 0)
  for (const { stderr } of refused) {
    if (/index\.lock|another gitward/.test(stderr)) continue
    console.log(`eight at once: ${stderr.slice(0, 200)}`)
    failures++
  }
  console.log(`eight at once: ${refused.length} found a lock`)
}

const ended = (cwd, program, ...args) =>
  new Promise(resolve => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    child.stderr.on('data', part => (stderr += part))
    child.on('close', status => resolve({ status, stderr }))
  })

let failures = 0
const started = seed
const repository = makeRepository()
for (const [name, step] of Object.entries(steps)) {
  const whole = duration(repository, step)
  problemsAfter(repository)
  let killed = 0
  for (let i = 0; i < rounds; i++) {
    step.prepare(repository)
    if (await killAfter(repository, step.command, random() * whole * 1.1)) killed++
    const problems = problemsAfter(repository)
    for (const problem of problems) console.log(`${name}, round ${i}: ${problem}`)
    failures += problems.length
  }
  console.log(`${name}: ${rounds} rounds, ${killed} killed in the act, the others had just ended`)
}
await crowd(repository)
for (const problem of problemsAfter(repository)) {
  console.log(`eight at once: ${problem}`)
  failures++
}
if (existsSync(root) && failures === 0) rmSync(root, { recursive: true, force: true })
console.log(
  failures === 0
    ? `every repository is whole (seed ${started})`
    : `${failures} problems (seed ${started}): ${root}`,
)
process.exitCode = failures === 0 ? 0 : 1
