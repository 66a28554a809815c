// Makes `npm test` and `npm run demo` work as the first command on a fresh clone:
// runs `npm ci` when node_modules is missing or older than the lock file it was made from.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const packages = file => {
  if (!existsSync(file)) return null
  const { '': _root, ...rest } = JSON.parse(readFileSync(file, 'utf8')).packages
  return rest
}

/** Every package the lock file names stands in node_modules at that version (optional ones may be absent). */
function isCurrent() {
  const have = packages(path.join(root, 'node_modules/.package-lock.json'))
  if (!have) return false
  const want = packages(path.join(root, 'package-lock.json'))
  return Object.entries(want).every(([at, p]) => have[at]?.version === p.version || (p.optional && !have[at]))
}

if (!isCurrent()) {
  process.stderr.write('installing dependencies (npm ci)\n')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    process.stderr.write('npm ci failed: see above; run `npm ci` by hand\n')
    process.exit(5)
  }
}
