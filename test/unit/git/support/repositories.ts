import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that is gone when the test ends. */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward git ')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs git away from the user's configuration. */
export function git(cwd: string, args: readonly string[], input: string | Buffer = ''): Buffer {
  const identity = [
    '-c',
    'user.name=t',
    '-c',
    'user.email=t@example.invalid',
    '-c',
    'protocol.file.allow=always',
  ]
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1' }
  const done = spawnSync('git', [...identity, ...args], { cwd, input, env, maxBuffer: 1 << 28 })
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr.toString()}`)
  return done.stdout
}

export function repository(folder: string, ...initArgs: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  git(folder, ['init', '-q', '-b', 'main', ...initArgs])
  return folder
}

/** Writes files (names may be bytes) and commits them. */
export function commit(top: string, files: Readonly<Record<string, string>>, message = 'change'): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(top, name)), { recursive: true })
    writeFileSync(path.join(top, name), content)
  }
  git(top, ['add', '-A'])
  git(top, ['commit', '-q', '--allow-empty', '-m', message])
}
