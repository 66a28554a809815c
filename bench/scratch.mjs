// What every bench shares: a scratch folder with a HOME of its own, who takes part and in which version,
// interleaved rounds, and tables in Markdown that can be pasted into docs/performance.md as they are.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os'
import path from 'node:path'

const checkout = path.resolve(import.meta.dirname, '..')
export const dist = path.join(checkout, 'dist')

/** The command line of this checkout's build, as words. */
export const gitward = (...args) => [process.execPath, path.join(dist, 'cli.cjs'), ...args]

/** Others' settings would be measured too: git's and ours, and certificates that add 60 ms to each start of node. */
const isForeign = name => /^(GIT|GITWARD)(_|$)|^(NODE_EXTRA_CA_CERTS|XDG_CONFIG_HOME)$/.test(name)

/**
 * A folder that is gone at the end whatever happens. `root` is its path and the HOME of what runs in it; `run`
 * takes a folder and words and returns standard output, throws if the exit code is not 0.
 */
export function makeScratch(extraEnv = {}) {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-bench-')))
  process.on('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
    process.on(signal, () => process.exit(code))
  writeFileSync(path.join(root, '.gitconfig'), '[user]\n\tname = bench\n\temail = bench@example.invalid\n')
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)))
  const env = { ...inherited, HOME: root, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', ...extraEnv }
  const run = (cwd, command, ...args) =>
    execFileSync(command, args, {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  return { root, env, run }
}

/**
 * The version that `words` prints, or null if there is no such program.
 * @param words e.g. ['age', '--version']; the first number with a dot is taken for the version
 */
export function versionOf(...words) {
  const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { encoding: 'utf8' })
  if (status !== 0) return null
  return /\d+\.\d+[\w.-]*/.exec(`${stdout}\n${stderr}`)?.[0] ?? 'of unknown version'
}

/** Wall seconds that `work` takes. */
export function seconds(work) {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

export const median = numbers => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

export const ratio = (ours, theirs) => `${(ours / theirs).toFixed(1)}×`

/**
 * Runs each subject once a round, so that a machine whose speed wavers wavers for all of them. A subject with
 * `rounds` of its own, for those that take minutes, sits the later ones out.
 * @returns Map of name to what `work(subject)` returned, one entry a round
 */
export function interleaved(subjects, rounds, work) {
  const taken = new Map(subjects.map(({ name }) => [name, []]))
  for (let i = 0; i < rounds; i++)
    for (const subject of subjects)
      if (i < (subject.rounds ?? rounds)) taken.get(subject.name).push(work(subject))
  return taken
}

/**
 * Those subjects that can run here. A subject may have a `tool`: { name, version, install }; one without a version
 * is named with the line that installs it.
 */
export function presentOf(subjects) {
  const absent = subjects.filter(({ tool }) => tool && tool.version === null)
  const tools = new Map(absent.map(({ tool }) => [tool.name, tool.install]))
  for (const [name, install] of tools) console.log(`- ${name} is missing: \`${install}\``)
  return subjects.filter(subject => !absent.includes(subject))
}

/** Prints what ran, when, on what, and in which versions: `subjects` name their tools. */
export function printHead(title, subjects) {
  const { version } = JSON.parse(readFileSync(path.join(checkout, 'package.json'), 'utf8'))
  const tools = subjects.flatMap(({ tool }) => (tool ? [`${tool.name} ${tool.version}`] : []))
  const versions = [
    `gitward ${version}${commit()}`,
    `Node ${process.versions.node}`,
    `git ${versionOf('git', '--version')}`,
    ...new Set(tools),
  ]
  const machine = `${cpus().length} × ${cpus()[0].model.trim()}, ${(totalmem() / 1e9).toFixed(0)} GB`
  const date = new Date().toISOString().slice(0, 10)
  const load = loadavg()[0].toFixed(1)
  console.log(
    `\n**${title}** \`${commandLine()}\`, ${date}, ${machine}, ${type()} ${release()}, load ${load}`,
  )
  console.log(`before it. ${versions.join(', ')}.\n`)
}

function commit() {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: checkout,
    encoding: 'utf8',
  })
  return status === 0 ? ` (${stdout.trim()})` : ''
}

function commandLine() {
  const script = process.env.npm_lifecycle_event
  const args = process.argv.slice(2)
  if (script === undefined) return ['node', path.relative(checkout, process.argv[1]), ...args].join(' ')
  return ['npm run', script, ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
}

/** Prints rows of cells as a Markdown table; the first row is the head. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  const [head, ...body] = rows.map(row => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`)
  console.log([head, `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...body, ''].join('\n'))
}

/** Prints a budget as met or missed: `is` must be at most `atMost`, or at least `atLeast`. */
export function printBudget(what, { is, atMost, atLeast, unit = '×' }) {
  const isMet = atMost === undefined ? is >= atLeast : is <= atMost
  const limit = atMost === undefined ? `at least ${atLeast}${unit}` : `at most ${atMost}${unit}`
  console.log(
    `- ${what}: ${limit}, is ${is.toFixed(is < 10 ? 2 : 0)}${unit}: ${isMet ? 'met' : '**missed**'}`,
  )
}
