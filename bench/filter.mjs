// Prints what the filter costs beside git without filter and beside git-crypt, interleaved in one run.
// usage: node bench/filter.mjs [files] [rounds]; build first (npm run build)
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'

const files = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 3)
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-bench-')))
const cli = path.resolve(import.meta.dirname, '../dist/cli.js')
const env = { ...process.env, HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
delete env.NODE_EXTRA_CA_CERTS // adds 60 ms to every start of node
delete env.XDG_CONFIG_HOME

const run = (cwd, command, ...args) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const has = command => spawnSync(command, ['--version'], { env }).error === undefined

writeFileSync(path.join(root, '.gitconfig'), '[user]\n\tname = bench\n\temail = bench@example.invalid\n')

const whole = i => ({ name: `s/${i}.bin`, content: Buffer.alloc(1024, `file ${i} `) })
const yaml = i => ({
  name: `s/${i}.yaml`,
  content: Array.from({ length: 30 }, (_, k) => `key${k}: "value ${i} ${k}"\n`).join(''),
})

const subjects = [
  { name: 'no filter', file: whole, setUp: () => {} },
  {
    name: 'git-crypt',
    file: whole,
    needs: 'git-crypt',
    install: 'apt install git-crypt',
    setUp: cwd => {
      run(cwd, 'git-crypt', 'init')
      writeFileSync(path.join(cwd, '.gitattributes'), 's/** filter=git-crypt diff=git-crypt\n')
    },
  },
  {
    name: 'gitward, whole files',
    file: whole,
    setUp: cwd => {
      run(cwd, process.execPath, cli, 'init')
      run(cwd, process.execPath, cli, 'protect', '--whole', 's/**')
    },
  },
  { name: 'no filter, YAML', file: yaml, setUp: () => {} },
  {
    name: 'gitward, 30 values each',
    file: yaml,
    baseline: 'no filter, YAML',
    setUp: cwd => {
      run(cwd, process.execPath, cli, 'init')
      run(cwd, process.execPath, cli, 'protect', 's/**')
    },
  },
]

const seconds = work => {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

function round({ setUp, file }) {
  const cwd = mkdtempSync(path.join(root, 'repo-'))
  run(cwd, 'git', 'init', '-q')
  setUp(cwd)
  mkdirSync(path.join(cwd, 's'))
  const made = Array.from({ length: files }, (_, i) => file(i))
  for (const { name, content } of made) writeFileSync(path.join(cwd, name), content)
  const add = seconds(() => run(cwd, 'git', 'add', '-A'))
  run(cwd, 'git', 'commit', '-qm', 'x')
  rmSync(path.join(cwd, 's'), { recursive: true })
  const checkout = seconds(() => run(cwd, 'git', 'checkout', '-q', '--', 's'))
  for (const { name } of made) utimesSync(path.join(cwd, name), new Date(0), new Date(0))
  const status = seconds(() => run(cwd, 'git', 'status', '--porcelain'))
  rmSync(cwd, { recursive: true })
  return { add, checkout, status }
}

const median = numbers => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const present = subjects.filter(({ needs }) => needs === undefined || has(needs))
for (const { name, install } of subjects.filter(each => !present.includes(each)))
  console.log(`${name}: missing, ${install}`)
const times = new Map(present.map(({ name }) => [name, []]))
for (let i = 0; i < rounds; i++) for (const subject of present) times.get(subject.name).push(round(subject))

const steps = ['add', 'checkout', 'status']
const medianOf = (name, step) => median(times.get(name).map(each => each[step]))
console.log(
  `${files} files, median of ${rounds} interleaved rounds, ${cpus().length} × ${cpus()[0].model}, node ${process.version}, ${run(root, 'git', '--version').trim()}`,
)
console.log(`| ${'seconds'.padEnd(24)} | ${steps.map(step => step.padEnd(14)).join(' | ')} |`)
console.log(`|${'-'.repeat(26)}|${steps.map(() => '-'.repeat(16)).join('|')}|`)
for (const { name, baseline = 'no filter' } of present) {
  const cells = steps.map(
    step =>
      `${medianOf(name, step).toFixed(2)} (${(medianOf(name, step) / medianOf(baseline, step)).toFixed(1)}×)`,
  )
  console.log(`| ${name.padEnd(24)} | ${cells.map(cell => cell.padEnd(14)).join(' | ')} |`)
}
rmSync(root, { recursive: true, force: true })
