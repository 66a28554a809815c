// Prints what `check --staged` of ten files costs beside a bare start of node, interleaved in one run, and what
// `check --range` costs over the newest commits of a large repository.
// usage: node bench/check.mjs [REPOSITORY [COMMITS]]; build first (npm run build)
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'

const [history, commits = '10000'] = process.argv.slice(2)
const ROUNDS = 15
const RANGE_ROUNDS = 3
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-bench-')))
const cli = path.resolve(import.meta.dirname, '../dist/cli.js')
const env = { ...process.env, HOME: root, GIT_CONFIG_NOSYSTEM: '1' }
delete env.NODE_EXTRA_CA_CERTS // adds 60 ms to every start of node
delete env.XDG_CONFIG_HOME

const run = (cwd, command, ...args) =>
  execFileSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
const gitward = (cwd, ...args) => run(cwd, process.execPath, cli, ...args)

const kinds = [
  {
    name: 'ten plain files',
    path: i => `src/${i}.js`,
    text: i => `export const answer${i} = ${i}\n`.repeat(100),
  },
  { name: 'ten whole files', path: i => `secrets/${i}.bin`, text: i => `of file ${i}\n`.repeat(100) },
  { name: 'ten files of values', path: i => `config/${i}.yaml`, text: i => `host: h${i}\npassword: p${i}\n` },
]

function staged({ name, path: pathOf, text }) {
  const folder = path.join(root, name)
  mkdirSync(folder)
  run(folder, 'git', 'init', '-q')
  gitward(folder, 'init')
  gitward(folder, 'protect', 'config/**', '--keys', '**.password')
  gitward(folder, 'protect', '--whole', 'secrets/**')
  run(folder, 'git', 'add', '-A')
  run(folder, 'git', 'commit', '-qm', 'first')
  for (let i = 0; i < 10; i++) {
    mkdirSync(path.dirname(path.join(folder, pathOf(i))), { recursive: true })
    writeFileSync(path.join(folder, pathOf(i)), text(i))
  }
  run(folder, 'git', 'add', '-A')
  return { name, folder }
}

function milliseconds(work) {
  const start = performance.now()
  work()
  return performance.now() - start
}

const median = times => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]
const load = () => loadavg()[0].toFixed(1)

try {
  writeFileSync(path.join(root, '.gitconfig'), '[user]\n\tname = bench\n\temail = bench@example.invalid\n')
  const [{ model }] = cpus()
  console.log(`${cpus().length} x ${model}, node ${process.version}, ${run(root, 'git', '--version').trim()}`)
  const subjects = kinds.map(staged)
  const times = new Map([['bare node', []], ...subjects.map(({ name }) => [name, []])])
  for (let round = 0; round < ROUNDS; round++) {
    times.get('bare node').push(milliseconds(() => spawnSync(process.execPath, ['-e', '0'], { env })))
    for (const { name, folder } of subjects)
      times.get(name).push(milliseconds(() => gitward(folder, 'check', '--staged')))
  }
  const bare = median(times.get('bare node'))
  console.log(`check --staged, median of ${ROUNDS}, load ${load()}`)
  for (const [name, taken] of times)
    console.log(
      `  ${name.padEnd(22)} ${median(taken).toFixed(0).padStart(5)} ms  ${(median(taken) / bare).toFixed(1)}x`,
    )
  if (history) measureRange(path.resolve(history))
} finally {
  rmSync(root, { recursive: true, force: true })
}

function measureRange(folder) {
  const [base] = run(
    folder,
    'git',
    'rev-list',
    '--topo-order',
    `--skip=${commits}`,
    '--max-count=1',
    'HEAD',
  ).split('\n')
  const range = base === '' ? 'HEAD' : `${base}..HEAD`
  const count = run(folder, 'git', 'rev-list', '--count', range).trim()
  let last
  const taken = Array.from({ length: RANGE_ROUNDS }, () =>
    milliseconds(() => {
      last = spawnSync(process.execPath, [cli, 'check', '--range', range, '--json'], {
        cwd: folder,
        env,
        maxBuffer: 2 ** 30,
      })
    }),
  )
  const { scanned, findings } = JSON.parse(last.stdout)
  const size = `${scanned.files} versions of files, ${(scanned.bytes / 1e6).toFixed(0)} MB, ${findings.length} findings`
  console.log(`check --range over ${count} commits, median of ${RANGE_ROUNDS}, load ${load()}`)
  console.log(`  ${(median(taken) / 1000).toFixed(1)} s for ${size}`)
}
