import path from 'node:path'
import { quoted } from '../core/shell-word.ts'
import { fields } from './entries.ts'
import { git, type GitOptions } from './run.ts'

/** How git finds gitward again: two absolute paths, so that neither PATH nor the work folder matters. */
export interface Launcher {
  /** The node binary. */
  readonly node: string
  /** dist/filter.cjs: the lean entry. */
  readonly filter: string
}

/** What a configured clone has in its local git config. */
function wantedConfig(launcher: Launcher): ReadonlyMap<string, string> {
  return new Map([
    ['filter.gitward.process', command(launcher, 'filter-process')],
    ['filter.gitward.clean', command(launcher, 'clean %f')],
    ['filter.gitward.smudge', command(launcher, 'smudge %f')],
    ['filter.gitward.required', 'true'],
    // git hands textconv the smudged text already
    ['diff.gitward.textconv', 'f() { cat "$1"; }; f'],
    ['diff.gitward.cachetextconv', 'false'],
    ['merge.gitward.name', 'merge encrypted files, ciphertext out'],
    ['merge.gitward.driver', command(launcher, 'merge-driver %O %A %B %L %P')],
    // where hooks/ looks first
    ['gitward.node', launcher.node],
    ['gitward.script', path.join(path.dirname(launcher.filter), 'cli.cjs')],
  ])
}

/** A shell command that falls back to `gitward` on PATH where node or the package has moved. */
function command({ node, filter }: Launcher, args: string): string {
  const [nodePath, filterPath] = [node, filter].map(quoted)
  return `if test -x ${nodePath} && test -f ${filterPath}; then exec ${nodePath} ${filterPath} ${args}; else exec gitward ${args}; fi`
}

/** Settings that differ from what they should be: all of them in a fresh clone. */
export const missingConfig = (launcher: Launcher, options: GitOptions): string[] =>
  differing(launcher, gitwardConfig('--local', options))

/** Settings that are there, and that another config file, the environment or the command line overrides. */
export function overriddenConfig(launcher: Launcher, options: GitOptions): string[] {
  const missing = new Set(missingConfig(launcher, options))
  return differing(launcher, gitwardConfig('--includes', options)).filter(name => !missing.has(name))
}

const differing = (launcher: Launcher, present: ReadonlyMap<string, string>): string[] =>
  [...wantedConfig(launcher)].filter(([name, value]) => present.get(name) !== value).map(([name]) => name)

export function installConfig(launcher: Launcher, options: GitOptions): void {
  const wanted = wantedConfig(launcher)
  for (const name of missingConfig(launcher, options))
    git(['config', '--local', name, wanted.get(name)!], options)
}

/** Our settings as they stand in the repository's own config, or as git reads them from all: the last one wins. */
function gitwardConfig(where: '--local' | '--includes', options: GitOptions): Map<string, string> {
  const listed = git(['config', where, '-z', '--get-regexp', '^((filter|diff|merge)\\.)?gitward\\.'], {
    ...options,
    answers: [1],
  })
  return new Map(
    fields(listed.stdout).map(record => {
      const text = record.toString()
      return [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)]
    }),
  )
}
