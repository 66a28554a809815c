import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.ts'
import { makeFolder, writeAtomic } from '../disk.ts'

/** CI systems that gitward has a file for. */
export const CI_SYSTEMS = ['github', 'gitlab', 'none'] as const
export type CiSystem = (typeof CI_SYSTEMS)[number]

interface CiTarget {
  readonly file: string
  /** What a person has to do so that the file counts. */
  readonly next?: string
}

/** Places for each system's file, the best first: a file that stands there is left alone. */
const TARGETS: Readonly<Record<Exclude<CiSystem, 'none'>, readonly CiTarget[]>> = {
  github: [{ file: '.github/workflows/gitward.yml' }],
  gitlab: [
    { file: '.gitlab-ci.yml' },
    {
      file: '.gitlab/gitward.yml',
      next: 'include it in .gitlab-ci.yml: include: [{ local: .gitlab/gitward.yml }]',
    },
  ],
}

/** Writes the file that runs `check` in CI, and never over another. @returns what was done, a line each. */
export function writeCiFile({ repository: { top }, launcher }: Context, system: CiSystem): string[] {
  if (system === 'none') return []
  const targets = TARGETS[system]
  const target = targets.find(({ file }) => !existsSync(path.join(top, file)))
  if (!target) return [`left ${targets.map(({ file }) => file).join(' and ')} as found`]
  const template = path.join(path.dirname(launcher.filter), '../templates/ci', `${system}.yml`)
  makeFolder(path.dirname(path.join(top, target.file)))
  writeAtomic(path.join(top, target.file), readFileSync(template))
  return [`wrote ${target.file}`, ...(target.next === undefined ? [] : [target.next])]
}
