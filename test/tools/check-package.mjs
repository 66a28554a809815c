// What the published tarball must and must not hold: `node test/tools/check-package.mjs gitward-X.Y.Z.tgz`.
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'

const MAX_BYTES = 2 * 1024 * 1024
const tarball = process.argv[2]
const tar = (...args) => execFileSync('tar', [...args], { encoding: 'utf8' })

const files = tar('-tzf', tarball)
  .split('\n')
  .filter(name => name !== '')
  .map(name => name.replace(/^package\//, ''))
const manifest = JSON.parse(tar('-xzOf', tarball, 'package/package.json'))
const size = statSync(tarball).size

const wanted = [
  'dist/cli.cjs',
  'dist/filter.cjs',
  'dist/index.js',
  'dist/worker.cjs',
  'dist/portable.js',
  'dist/types/index.d.ts',
  'dist/types/portable.d.ts',
  'dist/config.schema.json',
  'dist/man/gitward.1',
  'dist/man/git-ward.1',
  ...['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'pre-push', 'pre-receive'].map(
    hook => `hooks/${hook}`,
  ),
  'templates/hooks/hook',
]
const papers = ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'dist/THIRD_PARTY_LICENSES.txt']
const installing = [
  'preinstall',
  'install',
  'postinstall',
  'prepublish',
  'preprepare',
  'prepare',
  'postprepare',
]
const problems = [
  ...[...wanted, ...papers].filter(name => !files.includes(name)).map(name => `${name} is missing`),
  ...files
    .filter(name => /(?:^|\/)(?:test|src|node_modules)\/|\.test\./.test(name))
    .map(name => `${name} is no use to users`),
  ...installing.filter(name => name in (manifest.scripts ?? {})).map(name => `it has a ${name} script`),
  ...(files.includes('binding.gyp') ? ['binding.gyp makes npm compile'] : []),
  ...['dependencies', 'optionalDependencies', 'peerDependencies']
    .filter(kind => kind in manifest)
    .map(kind => `it has ${kind}`),
  ...(size > MAX_BYTES ? [`it has ${size} bytes, over ${MAX_BYTES}`] : []),
]

for (const problem of problems) console.error(`package: ${problem}`)
if (problems.length > 0) process.exit(1)
console.log(`package: ${files.length} files, ${size} bytes, no install scripts, no dependencies`)
