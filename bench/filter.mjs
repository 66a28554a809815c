// Prints what the filter costs beside git without filter, git-crypt and transcrypt, interleaved in one run.
// usage: node bench/filter.mjs [files] [rounds]; build first (npm run build)
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gitCrypt, transcrypt } from './rivals.mjs'
import {
  dist,
  gitward,
  interleaved,
  makeScratch,
  median,
  presentOf,
  printBudget,
  printHead,
  printTable,
  ratio,
  seconds,
} from './scratch.mjs'

const files = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 3)
const SLOW_FILES = Math.min(files, 50) // transcrypt takes 0.1 to 0.3 s for each
const START_ROUNDS = 21
const STEPS = ['add', 'checkout', 'status']
const { root, env, run } = makeScratch()
const [crypt, script] = [gitCrypt(), transcrypt()]

const whole = i => ({ name: `s/${i}.bin`, content: Buffer.alloc(1024, `file ${i} `) })
const yaml = i => ({
  name: `s/${i}.yaml`,
  content: Array.from({ length: 30 }, (_, k) => `key${k}: "value ${i} ${k}"\n`).join(''),
})
const protect =
  (...words) =>
  cwd => {
    run(cwd, ...gitward('init'))
    run(cwd, ...gitward('protect', ...words, 's/**'))
  }
const attributes = (cwd, line) => writeFileSync(path.join(cwd, '.gitattributes'), `s/** ${line}\n`)

const subjects = [
  { name: 'no filter', file: whole, isPlain: true, setUp: () => {} },
  {
    name: 'git-crypt',
    file: whole,
    tool: crypt,
    rounds: 1,
    setUp: cwd => {
      run(cwd, crypt.command, 'init')
      attributes(cwd, 'filter=git-crypt diff=git-crypt')
    },
  },
  {
    name: 'transcrypt',
    file: whole,
    tool: script,
    rounds: 1,
    files: SLOW_FILES,
    setUp: cwd => {
      run(cwd, 'git', 'commit', '-q', '--allow-empty', '-m', 'it wants a commit')
      run(cwd, script.command, '-y', '-c', 'aes-256-cbc', '-p', 'correct horse battery')
      attributes(cwd, 'filter=crypt diff=crypt merge=crypt')
    },
  },
  { name: 'gitward, whole files', file: whole, setUp: protect('--whole') },
  { name: 'no filter, YAML', file: yaml, isPlain: true, setUp: () => {} },
  { name: 'gitward, 30 values each', file: yaml, baseline: 'no filter, YAML', setUp: protect() },
]

/** Milliseconds a file, for each step. */
function round({ setUp, file, files: count = files, isPlain = false }) {
  const cwd = mkdtempSync(path.join(root, 'repo-'))
  run(cwd, 'git', 'init', '-q')
  setUp(cwd)
  mkdirSync(path.join(cwd, 's'))
  const made = Array.from({ length: count }, (_, i) => file(i))
  for (const { name, content } of made) writeFileSync(path.join(cwd, name), content)
  const add = seconds(() => run(cwd, 'git', 'add', '-A'))
  run(cwd, 'git', 'commit', '-qm', 'x')
  rmSync(path.join(cwd, 's'), { recursive: true })
  const checkout = seconds(() => run(cwd, 'git', 'checkout', '-q', '--', 's'))
  for (const { name } of made) utimesSync(path.join(cwd, name), new Date(0), new Date(0))
  const status = seconds(() => run(cwd, 'git', 'status', '--porcelain'))
  assertFiltered(cwd, made[0], isPlain)
  rmSync(cwd, { recursive: true })
  return Object.fromEntries(
    Object.entries({ add, checkout, status }).map(([step, taken]) => [step, (1000 * taken) / count]),
  )
}

const present = presentOf(subjects)
/** Whoever is fast must be right, too. */
function assertFiltered(cwd, { name, content }, isPlain) {
  if (!readFileSync(path.join(cwd, name)).equals(Buffer.from(content)))
    throw new Error(`${name} came back changed`)
  const isSame = run(cwd, 'git', 'cat-file', 'blob', `:${name}`) === content.toString()
  if (isSame !== isPlain) throw new Error(`${name} is ${isSame ? 'not ' : ''}encrypted in git`)
}

const times = interleaved(present, rounds, round)
const of = (name, step) => median(times.get(name).map(each => each[step]))

printHead('The filter', present)
console.log(
  `${files} files of 1 KB, or of 30 values, median of ${rounds} interleaved rounds. Milliseconds a file; in brackets the ratio to no filter.\n`,
)
printTable([
  ['', 'files × rounds', ...STEPS],
  ...present.map(({ name, baseline = 'no filter', files: count = files, rounds: own = rounds }) => [
    name,
    `${count} × ${own}`,
    ...STEPS.map(step => `${of(name, step).toFixed(2)} (${ratio(of(name, step), of(baseline, step))})`),
  ]),
])
if (files < 1000) console.log('- budgets are for 1000 files')
else printBudgets()
printStart()

function printBudgets() {
  const cost = (name, step, baseline) => of(name, step) / of(baseline, step)
  const wholeFiles = 'gitward, whole files'
  printBudget('whole files, add to no filter', { is: cost(wholeFiles, 'add', 'no filter'), atMost: 2.5 })
  printBudget('whole files, checkout to no filter', {
    is: cost(wholeFiles, 'checkout', 'no filter'),
    atMost: 2,
  })
  if (times.has('git-crypt'))
    for (const step of STEPS)
      printBudget(`whole files, ${step}: git-crypt's time`, {
        is: cost('git-crypt', step, wholeFiles),
        atLeast: 8,
      })
  for (const step of STEPS.slice(0, 2))
    printBudget(`values, ${step} to no filter`, {
      is: cost('gitward, 30 values each', step, 'no filter, YAML'),
      atMost: 4,
    })
}

/** What git waits for before the first file: the process, and its answer to git's greeting. */
function printStart() {
  const greeting = '0016git-filter-client\n000eversion=2\n0000'
  const start = (...args) => {
    const { status, stderr } = spawnSync(process.execPath, args, { env, cwd: root, input: greeting })
    if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}\n${stderr}`)
  }
  run(root, 'git', 'init', '-q')
  const starts = interleaved(
    [
      { name: 'bare node', args: ['-e', '0'] },
      { name: 'filter process', args: [path.join(dist, 'filter.cjs'), 'filter-process'] },
      { name: 'gitward --version', args: gitward('--version').slice(1) },
    ],
    START_ROUNDS,
    ({ args }) => 1000 * seconds(() => start(...args)),
  )
  const bare = median(starts.get('bare node'))
  const fastest = Math.min(...starts.get('bare node'))
  console.log(`\nStart and end of a process, ${START_ROUNDS} interleaved rounds.\n`)
  printTable([
    ['milliseconds', 'median', 'best'],
    ...Array.from(starts, ([name, taken]) => [
      name,
      `${median(taken).toFixed(0)} (${ratio(median(taken), bare)})`,
      `${Math.min(...taken).toFixed(0)} (${ratio(Math.min(...taken), fastest)})`,
    ]),
  ])
  printBudget('filter process, start to bare node', {
    is: median(starts.get('filter process')) / bare,
    atMost: 1.4,
  })
}
