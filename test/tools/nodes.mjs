// Runs what depends most on Node under other versions of it: node test/tools/nodes.mjs [version...]
// One package, packed under the Node at hand, is installed and run by each of them, all commands of the tests
// included. A version that npm cannot give is skipped, with the reason; `--require` makes that a failure.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const VERSIONS = ['22', '24', '26']
const UNIT = ['core', 'crypto', 'envelope', 'formats', 'git', 'keys', 'library', 'model']
const E2E = ['filter', 'library', 'open-model', 'values']

const root = path.resolve(import.meta.dirname, '../..')
const args = process.argv.slice(2)
const named = args.filter(each => each !== '--require')
const work = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-nodes-')))
try {
  npm(root, 'run', '--silent', 'build')
  npm(root, 'pack', '--silent', '--pack-destination', work)
  const tarball = path.join(work, readdirSync(work)[0])
  for (const version of named.length > 0 ? named : VERSIONS) test(version, tarball)
} finally {
  rmSync(work, { recursive: true, force: true })
}

function npm(cwd, ...words) {
  execFileSync('npm', words, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
}

function test(version, tarball) {
  const bin = installed(version)
  if (bin === null) return
  const started = Date.now()
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs')
  const files = [...UNIT.map(each => `test/unit/${each}/`), ...E2E.map(each => `test/e2e/${each}.test.ts`)]
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    GITWARD_TEST_TARBALL: tarball,
    NO_COLOR: '1',
  }
  const run = words => spawnSync('node', words, { cwd: root, env, encoding: 'utf8' })
  const name = `Node ${run(['--version']).stdout.trim()}`
  const { status, stdout, stderr } = run([
    vitest,
    'run',
    '--reporter=dot',
    '--project=unit',
    '--project=e2e',
    ...files,
  ])
  const figures = stdout.match(/^.*\bTests\b.*$/m)?.[0].trim() ?? ''
  console.log(`${name}: ${figures}, ${Math.round((Date.now() - started) / 1000)} s`)
  if (status === 0) return
  console.log(stdout.slice(stdout.indexOf('Failed Tests')) + stderr)
  process.exitCode = 1
}

/** The folder of that Node's binary, from the npm package `node`; null, said aloud, if it cannot be had. */
function installed(version) {
  const folder = path.join(work, version)
  try {
    npm(work, 'install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, `node@${version}`)
  } catch (error) {
    console.log(`skipped: Node ${version}: npm cannot install node@${version}: ${error.stderr}`)
    if (args.includes('--require')) process.exitCode = 1
    return null
  }
  return path.join(folder, 'node_modules/node/bin')
}
