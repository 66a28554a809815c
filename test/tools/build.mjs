// Makes dist/ anew. rolldown lists every chunk and has no switch for that: only what goes wrong is printed.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const steps = [
  ['rolldown/bin/cli.mjs', '--config', '--log-level', 'silent'],
  ['typescript/bin/tsc', '--project', 'tsconfig.types.json'],
]

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
for (const [script, ...args] of steps) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules', script), ...args],
    { cwd: root },
  )
  if (status === 0) continue
  process.stderr.write(stdout)
  process.stderr.write(stderr)
  process.exit(status ?? 1)
}
