import { readFileSync } from 'node:fs'
import path from 'node:path'
import { hooksFolder, type HooksFolder } from '../../git/hooks-folder.ts'
import { isInside, type Repository } from '../../git/repository.ts'
import type { Context } from '../context.ts'

/** The hooks of a clone. pre-receive runs on servers, where nobody types `gitward init`. */
export const CLONE_HOOKS = ['pre-commit', 'pre-merge-commit', 'pre-applypatch', 'pre-push'] as const
export type CloneHook = (typeof CLONE_HOOKS)[number]

/** The shell script of a repository whose hooks are committed; every line of ours there calls it. */
export const COMMITTED_HOOK = '.gitward/hook'

/** What is known of a clone before its hooks are looked at. */
export interface HookPlace {
  readonly repository: Repository
  readonly hooks: HooksFolder
  /** The text of a file in templates/hooks/. */
  template(name: string): string
}

/** A file that must hold something of ours. */
export interface Placement {
  /** Absolute. */
  readonly file: string
  /** All of it as it should be; null where it must be left alone. */
  readonly wanted: Buffer | null
  /** What it holds; null if it is missing. */
  readonly present: Buffer | null
  /** Why git does not run it although it may be as it should, or why it is left alone; and what a person can do. */
  readonly problem?: Problem
}

export interface Problem {
  readonly what: string
  /** One command, or one short step. */
  readonly mend: string
}

export function hookPlace({ repository, launcher }: Pick<Context, 'repository' | 'launcher'>): HookPlace {
  const templates = path.join(path.dirname(launcher.filter), '../templates/hooks')
  return {
    repository,
    hooks: hooksFolder({ cwd: repository.top }),
    template: name => readFileSync(path.join(templates, name), 'utf8'),
  }
}

/** As a person in the top folder would type it. */
export function shownFile({ repository: { top } }: Pick<HookPlace, 'repository'>, file: string): string {
  return isInside(top, file) ? path.relative(top, file) : file
}
