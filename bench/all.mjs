// Runs every bench, one after another; what each prints can be pasted into docs/performance.md.
// usage: node bench/all.mjs; build first (npm run build)
import { spawnSync } from 'node:child_process'
import path from 'node:path'

/** Arguments small enough that all of it takes some minutes; each bench by itself measures what the budgets say. */
const benches = [
  ['filter.mjs', '1000', '3'],
  ['values.mjs', '30', '5000', '3'],
  ['check.mjs'],
  ['scan.mjs', 'node_modules', '80', '3'],
  ['models.mjs', '64', '3', '64'],
]

const failed = benches.filter(([file, ...args]) => {
  const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, file), ...args], {
    cwd: path.join(import.meta.dirname, '..'),
    env: { ...process.env, npm_lifecycle_event: `bench:${path.parse(file).name}` }, // what it says of itself
    stdio: 'inherit',
  })
  return status !== 0
})
for (const [file] of failed) console.log(`- bench/${file} failed: see above`)
process.exitCode = failed.length > 0 ? 1 : 0
