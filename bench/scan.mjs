// Prints how fast a folder is scanned for secrets beside gitleaks and secretlint, interleaved in one run.
// usage: node bench/scan.mjs [FOLDER] [MB] [rounds]; build first (npm run build)
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { corpus } from './load.mjs'
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
  seconds,
} from './scratch.mjs'

const folder = process.argv[2] ?? 'node_modules'
const megabytes = Number(process.argv[3] ?? 80)
const rounds = Number(process.argv[4] ?? 3)
const SLOW_MEGABYTES = 0.5 // secretlint takes ten seconds and more for each megabyte
const { root, env } = makeScratch()
const [lint, leaks] = [secretlint(), gitleaks()]

/** Copies the first files of `folder`; returns how many bytes they have. */
function copied(name, limit) {
  const { files, total } = corpus(folder, limit)
  for (const file of files) {
    const target = path.join(root, name, file.path)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, file.bytes)
  }
  return { name, total, files: files.length }
}

const large = copied('large', megabytes * 1e6)
const small = copied('small', SLOW_MEGABYTES * 1e6)
writeFileSync(
  path.join(root, '.secretlintrc.json'),
  '{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}',
)

const subjects = [
  { name: 'gitward scan', of: large, words: gitward('scan', '--json', large.name) },
  {
    name: 'gitleaks dir',
    tool: leaks,
    of: large,
    words: [leaks.command, 'dir', '--no-banner', '--log-level', 'error', large.name],
  },
  { name: 'secretlint', tool: lint, of: small, words: [lint.command, `${small.name}/**/*`], rounds: 1 },
]

/** Megabytes a second. Exit code 1 says that something was found. */
function round({ words, of }) {
  let status
  const taken = seconds(() => {
    ;({ status } = spawnSync(words[0], words.slice(1), {
      cwd: root,
      env,
      stdio: 'ignore',
    }))
  })
  if (status !== 0 && status !== 1) throw new Error(`${words.join(' ')} exited ${status}`)
  return of.total / 1e6 / taken
}

const present = presentOf(subjects)
const speeds = interleaved(present, rounds, round)
printHead('The scan', present)
console.log(`Files of \`${folder}\`, all rules of each, median of ${rounds} interleaved rounds.\n`)
printTable([
  ['', 'MB a second', 'files', 'MB', 'rounds'],
  ...present.map(({ name, of, rounds: own = rounds }) => [
    name,
    median(speeds.get(name)).toFixed(2),
    String(of.files),
    (of.total / 1e6).toFixed(1),
    String(own),
  ]),
])
printBudget('scan, start and reading of files included', {
  is: median(speeds.get('gitward scan')),
  atLeast: 150,
  unit: ' MB/s',
})
