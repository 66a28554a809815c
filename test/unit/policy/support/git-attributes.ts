import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Runs git away from the user's configuration and from any repository around it. */
function git(cwd: string, args: readonly string[], input = ''): Buffer {
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_CEILING_DIRECTORIES: cwd }
  const run = spawnSync('git', args, { cwd, input, env, maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr.toString()}`)
  return run.stdout
}

export interface AttributeOracle {
  /** What `git check-attr` says of each path, in order: attribute name to value. */
  ask(gitattributes: string, attributes: readonly string[], paths: readonly string[]): Map<string, string>[]
  close(): void
}

/** A temporary repository whose root .gitattributes is written anew for every question. */
export function attributeOracle(): AttributeOracle {
  const folder = mkdtempSync(path.join(tmpdir(), 'gitward-attributes-'))
  git(folder, ['init', '-q'])
  return {
    ask(gitattributes, attributes, paths) {
      writeFileSync(path.join(folder, '.gitattributes'), gitattributes)
      const input = paths.map(each => `${each}\0`).join('')
      const fields = git(folder, ['check-attr', '-z', '--stdin', ...attributes], input)
        .toString()
        .split('\0')
      return paths.map((_, i) => {
        const own = fields.slice(i * attributes.length * 3, (i + 1) * attributes.length * 3)
        return new Map(attributes.map((name, j) => [name, own[j * 3 + 2]!]))
      })
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
