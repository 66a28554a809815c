import { existsSync } from 'node:fs'
import path from 'node:path'
import { readTextIfPresent } from '../disk.ts'
import { committedScript } from './committed-script.ts'
import { configPlacement } from './config-placement.ts'
import type { HookManagerRow } from './manager.ts'
import type { HookPlace } from './place.ts'
import { plainGitPlacements } from './plain-git.ts'
import { insertedBehind, proven, readYaml, type Data } from './yaml-insert.ts'

const CONFIG = '.pre-commit-config.yaml'
const HOOK_TYPES = ['pre-commit', 'pre-merge-commit'] as const

/**
 * The pre-commit framework runs our check of staged files. It has no pre-applypatch, and tells a pre-push hook of
 * one ref alone: those two are git's own hooks.
 */
export const preCommit: HookManagerRow = {
  kind: 'pre-commit',
  isUsed: place => existsSync(configFile(place)),
  placements: place => [
    committedScript(place),
    configPlacement(place, {
      file: configFile(place),
      template: 'pre-commit-config.yaml',
      additions: 'its entry',
      edit: withEntry,
    }),
    ...plainGitPlacements(place, ['pre-applypatch', 'pre-push']),
  ],
  inactive: ({ hooks }) =>
    HOOK_TYPES.every(name => readTextIfPresent(path.join(hooks.path, name))?.includes('pre-commit.com'))
      ? null
      : {
          what: 'pre-commit is not installed in this clone: git does not start it',
          mend: `pre-commit install ${HOOK_TYPES.map(name => `--hook-type ${name}`).join(' ')}`,
        },
}

const configFile = ({ repository: { top } }: HookPlace): string => path.join(top, CONFIG)

/** The config with our entry as the first of `repos`; null if that is no block list. */
function withEntry(text: string, template: string): string | null {
  if (text.trim() === '') return template
  const data = readYaml(text)
  const repos = data?.['repos']
  if (!data || !Array.isArray(repos)) return null
  if (hasEntry(repos)) return text
  const at = text.split('\n').findIndex(line => /^repos:[ \t\r]*(?:#.*)?$/.test(line))
  if (at === -1) return null
  const ours = (readYaml(template) as Data)['repos'] as readonly unknown[]
  const block = template.slice(template.indexOf('\n') + 1)
  return proven([insertedBehind(text, at, block)], { ...data, repos: [...ours, ...repos] })
}

/** Ours, or the hook of our own .pre-commit-hooks.yaml. */
const hasEntry = (repos: readonly unknown[]): boolean => /"id":"gitward"/.test(JSON.stringify(repos))
