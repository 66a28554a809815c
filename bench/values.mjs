// Prints what work with encrypted values costs beside sops and dotenvx, interleaved in one run.
// usage: node bench/values.mjs [values] [values of the large file] [rounds]; build first (npm run build)
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { dotenvx, sops } from './rivals.mjs'
import {
  gitward,
  interleaved,
  makeScratch,
  median,
  presentOf,
  printHead,
  printTable,
  ratio,
  seconds,
} from './scratch.mjs'

const count = Number(process.argv[2] ?? 30)
const many = Number(process.argv[3] ?? 5000)
const rounds = Number(process.argv[4] ?? 5)
const STEPS = [
  'encrypt',
  'read one',
  'change one',
  'hand to a command',
  'encrypt the large file',
  'decrypt it',
]
const { root, env, run } = makeScratch()
const [ops, dotenv] = [sops(), dotenvx()]

const names = length => Array.from({ length }, (_, i) => `KEY_${i}`)
const yaml = length =>
  names(length)
    .map(name => `${name}: "value of ${name}"\n`)
    .join('')
const env30 = names(count)
  .map(name => `${name}="value of ${name}"\n`)
  .join('')

run(root, 'git', 'init', '-q')
run(root, ...gitward('init', '-q'))
const recipient = run(root, ...gitward('keygen', '--classic', '-q', '-o', 'id.txt')).trim()
env.SOPS_AGE_KEY_FILE = path.join(root, 'id.txt')
env.SOPS_AGE_RECIPIENTS = recipient

const withSops =
  cwd =>
  (...args) =>
    run(cwd, ops.command, '--disable-version-check', ...args)
const withDotenvx =
  cwd =>
  (...args) =>
    run(cwd, dotenv.command, ...args, '-f', '.env')

const subjects = [
  {
    name: 'gitward, YAML',
    setUp: gitwardRepository,
    steps: cwd => ({
      encrypt: () => run(cwd, 'git', 'add', 'a.yaml'),
      'read one': () => run(cwd, ...gitward('get', 'a.yaml:KEY_7')),
      'change one': () => {
        run(cwd, ...gitward('set', 'a.yaml:KEY_7', 'another'))
        run(cwd, 'git', 'add', 'a.yaml')
      },
      'hand to a command': () => run(cwd, ...gitward('run', '-f', '.env', '--', 'true')),
      'encrypt the large file': () => run(cwd, 'git', 'add', 'large.yaml'),
      'decrypt it': () => {
        rmSync(path.join(cwd, 'large.yaml'))
        run(cwd, 'git', 'checkout', '-q', '--', 'large.yaml')
      },
    }),
    size: cwd => Number(run(cwd, 'git', 'cat-file', '-s', ':a.yaml')),
    changed: cwd => run(cwd, 'git', 'diff', '--cached', '--numstat', '--no-textconv', 'a.yaml'),
  },
  {
    name: 'sops, YAML',
    tool: ops,
    setUp: repository,
    steps: cwd => ({
      encrypt: () => withSops(cwd)('encrypt', '-i', 'a.yaml'),
      'read one': () => withSops(cwd)('decrypt', '--extract', '["KEY_7"]', 'a.yaml'),
      'change one': () => withSops(cwd)('set', 'a.yaml', '["KEY_7"]', '"another"'),
      'hand to a command': () => withSops(cwd)('exec-env', 'a.yaml', 'true'),
      'encrypt the large file': () => withSops(cwd)('encrypt', '-i', 'large.yaml'),
      'decrypt it': () => withSops(cwd)('decrypt', '-i', 'large.yaml'),
    }),
    size: cwd => statSync(path.join(cwd, 'a.yaml')).size,
    changed: cwd => run(cwd, 'git', 'diff', '--numstat', 'a.yaml'),
  },
  {
    name: 'dotenvx, .env',
    tool: dotenv,
    setUp: repository,
    steps: cwd => ({
      encrypt: () => withDotenvx(cwd)('encrypt'),
      'read one': () => withDotenvx(cwd)('get', 'KEY_7'),
      'change one': () => withDotenvx(cwd)('set', 'KEY_7', 'another'),
      'hand to a command': () => run(cwd, dotenv.command, 'run', '-f', '.env', '--', 'true'),
    }),
    size: cwd => statSync(path.join(cwd, '.env')).size,
    changed: cwd => run(cwd, 'git', 'diff', '--numstat', '.env'),
  },
]

function repository() {
  const cwd = mkdtempSync(path.join(root, 'repo-'))
  run(cwd, 'git', 'init', '-q')
  writeFileSync(path.join(cwd, 'a.yaml'), yaml(count))
  writeFileSync(path.join(cwd, 'large.yaml'), yaml(many))
  writeFileSync(path.join(cwd, '.env'), env30)
  return cwd
}

function gitwardRepository() {
  const cwd = repository()
  run(cwd, ...gitward('init', '-q'))
  run(cwd, ...gitward('protect', '-q', '*.yaml', '.env'))
  return cwd
}

/** Milliseconds of each step, and what stands in git: bytes, and lines that one changed value changed. */
function round({ setUp, steps, size, changed }) {
  const cwd = setUp()
  const taken = {}
  for (const [step, work] of Object.entries(steps(cwd))) {
    if (step === 'change one') {
      run(cwd, 'git', 'add', 'a.yaml', '.env')
      run(cwd, 'git', 'commit', '-qm', 'before')
    }
    taken[step] = 1000 * seconds(work)
    if (step === 'encrypt') taken.bytes = size(cwd)
    if (step === 'change one') taken.lines = Number(changed(cwd).split('\t')[0])
  }
  rmSync(cwd, { recursive: true })
  return taken
}

mkdirSync(path.join(root, '.config'), { recursive: true })
const present = presentOf(subjects)
const times = interleaved(present, rounds, round)
const of = (name, step) => median(times.get(name).map(each => each[step]))
const cell = (name, step) => {
  const ms = of(name, step)
  if (ms === undefined) return '–'
  return name === subjects[0].name
    ? ms.toFixed(0)
    : `${ms.toFixed(0)} (${ratio(ms, of(subjects[0].name, step))})`
}

printHead('Values', present)
console.log(
  `A file of ${count} values, and a large one of ${many}, median of ${rounds} interleaved rounds. Milliseconds, git included where it does the work; in brackets the ratio to gitward.\n`,
)
printTable([
  ['', ...present.map(({ name }) => name)],
  ...STEPS.map(step => [step, ...present.map(({ name }) => cell(name, step))]),
  ['bytes of the small file in git', ...present.map(({ name }) => String(of(name, 'bytes')))],
  ['lines that one changed value changes', ...present.map(({ name }) => String(of(name, 'lines')))],
])
