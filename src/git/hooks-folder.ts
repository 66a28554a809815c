import { git, gitLine, type GitOptions } from './run.ts'

/** Where git looks for hooks. */
export interface HooksFolder {
  /** Absolute; it need not exist. */
  readonly path: string
  /** The config file that sets core.hooksPath: local, worktree, global, system or command; null if none does. */
  readonly setIn: string | null
}

/** @throws {GitwardError} GIT. */
export function hooksFolder(options: GitOptions): HooksFolder {
  const asked = git(['rev-parse', '--path-format=absolute', '--git-path', 'hooks'], options)
  const setting = gitLine(['config', '--show-scope', '--get', 'core.hooksPath'], options)
  return {
    path: asked.stdout.toString().replace(/\n$/, ''),
    setIn: setting === null ? null : setting.split('\t')[0]!,
  }
}
