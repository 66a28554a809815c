// Makes dist/ anew. rolldown lists every chunk and has no switch for that: only what goes wrong is printed.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const steps = [
  ['rolldown/bin/cli.mjs', '--config', '--log-level', 'silent'],
  ['typescript/bin/tsc', '--project', 'tsconfig.types.json'],
]

rmSync(path.join(root, 'dist'), { recursive: true, force: true })
for (const [script, ...args] of steps) run(path.join(root, 'node_modules', script), ...args)

mkdirSync(path.join(root, 'dist/man'))
writeFileSync(path.join(root, 'dist/man/gitward.1'), run(path.join(root, 'dist/cli.cjs'), 'manual'))
writeFileSync(path.join(root, 'dist/man/git-ward.1'), '.so man1/gitward.1\n') // `git help ward` asks for it

function run(script, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: root })
  if (status !== 0) {
    process.stderr.write(stdout)
    process.stderr.write(stderr)
    process.exit(status ?? 1)
  }
  return stdout
}
