// Prints what `check --staged` of ten files costs beside a bare start of node, secretlint and gitleaks, interleaved
// in one run, and what `check --range` costs over the newest commits of a large repository.
// usage: node bench/check.mjs [REPOSITORY [COMMITS]]; build first (npm run build)
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gitleaks, secretlint } from './rivals.mjs'
import {
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

const [history, commits = '10000'] = process.argv.slice(2)
const ROUNDS = 15
const RANGE_ROUNDS = 3
const { root, env, run } = makeScratch()
const [lint, leaks] = [secretlint(), gitleaks()]

const kinds = {
  plain: { pathOf: i => `src/${i}.js`, textOf: i => `export const answer${i} = ${i}\n`.repeat(100) },
  whole: { pathOf: i => `secrets/${i}.bin`, textOf: i => `of file ${i}\n`.repeat(100) },
  values: { pathOf: i => `config/${i}.yaml`, textOf: i => `host: h${i}\npassword: p${i}\n` },
}

/** A repository with ten staged files of one kind. */
function staged(kind) {
  const { pathOf, textOf } = kinds[kind]
  const folder = path.join(root, kind)
  mkdirSync(folder)
  run(folder, 'git', 'init', '-q')
  run(folder, ...gitward('init'))
  run(folder, ...gitward('protect', 'config/**', '--keys', '**.password'))
  run(folder, ...gitward('protect', '--whole', 'secrets/**'))
  run(folder, 'git', 'add', '-A')
  run(folder, 'git', 'commit', '-qm', 'first')
  for (let i = 0; i < 10; i++) {
    mkdirSync(path.dirname(path.join(folder, pathOf(i))), { recursive: true })
    writeFileSync(path.join(folder, pathOf(i)), textOf(i))
  }
  run(folder, 'git', 'add', '-A')
  return folder
}

const [plain, whole, values] = ['plain', 'whole', 'values'].map(staged)
writeFileSync(
  path.join(plain, '.secretlintrc.json'),
  '{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}',
)
const check = gitward('check', '--staged')
const subjects = [
  { name: 'bare node', folder: root, words: [process.execPath, '-e', '0'] },
  { name: 'gitward, ten plain files', folder: plain, words: check },
  { name: 'gitward, ten whole files', folder: whole, words: check },
  { name: 'gitward, ten files of values', folder: values, words: check },
  { name: 'secretlint, ten plain files', tool: lint, folder: plain, words: [lint.command, 'src/*.js'] },
  {
    name: 'gitleaks, ten plain files',
    tool: leaks,
    folder: plain,
    words: [leaks.command, 'git', '--staged', '--no-banner', '--log-level', 'error'],
  },
]

const present = presentOf(subjects)
const times = interleaved(present, ROUNDS, ({ folder, words }) => 1000 * seconds(() => run(folder, ...words)))
const of = name => median(times.get(name))
printHead('The check', present)
console.log(`What a commit of ten files waits for, median of ${ROUNDS} interleaved rounds.\n`)
printTable([
  ['', 'milliseconds', 'to bare node'],
  ...present.map(({ name }) => [name, of(name).toFixed(0), ratio(of(name), of('bare node'))]),
])
for (const { name } of subjects.slice(1, 4))
  printBudget(`check --staged, ${name.slice('gitward, '.length)}, to bare node`, {
    is: of(name) / of('bare node'),
    atMost: 4,
  })
if (history) measureRange(path.resolve(history))

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
  const [command, ...args] = gitward('check', '--range', range, '--json')
  let last
  const taken = Array.from({ length: RANGE_ROUNDS }, () =>
    seconds(() => {
      last = spawnSync(command, args, { cwd: folder, env, maxBuffer: 2 ** 30 })
    }),
  )
  const { scanned, findings } = JSON.parse(last.stdout)
  const size = `${scanned.files} versions of files, ${(scanned.bytes / 1e6).toFixed(0)} MB, ${findings.length} findings`
  console.log(
    `\n\`check --range\` over ${count} commits, median of ${RANGE_ROUNDS}: ${median(taken).toFixed(1)} s for ${size}.`,
  )
}
