import { existsSync } from 'node:fs'
import path from 'node:path'
import { readTextIfPresent } from '../disk.ts'
import { callsCommittedScript, committedScript } from './committed-script.ts'
import { configPlacement } from './config-placement.ts'
import type { HookManagerRow } from './manager.ts'
import { CLONE_HOOKS, type CloneHook, type HookPlace } from './place.ts'
import { appended, insertedBehind, isData, proven, readYaml, type Data } from './yaml-insert.ts'

const NAMES = ['lefthook', '.lefthook', '.config/lefthook']
const ENDS = ['yml', 'yaml', 'toml', 'json', 'jsonc']

/** lefthook: each hook of its config has a command of ours. */
export const lefthook: HookManagerRow = {
  kind: 'lefthook',
  isUsed: place => configFile(place) !== null,
  placements: place => [
    committedScript(place),
    configPlacement(place, {
      file: configFile(place) ?? path.join(place.repository.top, 'lefthook.yml'),
      template: 'lefthook.yml',
      additions: 'its commands',
      edit: withCommands,
    }),
  ],
  inactive: ({ hooks }) =>
    CLONE_HOOKS.every(name => readTextIfPresent(path.join(hooks.path, name))?.includes('lefthook'))
      ? null
      : { what: 'lefthook is not installed in this clone: git does not start it', mend: 'lefthook install' },
}

function configFile({ repository: { top } }: HookPlace): string | null {
  const files = NAMES.flatMap(name => ENDS.map(end => path.join(top, `${name}.${end}`)))
  return files.find(file => existsSync(file)) ?? null
}

/** The config with our command in every hook; null if it is no block YAML. */
function withCommands(text: string, template: string): string | null {
  return CLONE_HOOKS.reduce<string | null>((edited, hook) => {
    const data = edited === null ? null : readYaml(edited)
    if (edited === null || data === null) return null
    return hasCommand(data, hook) ? edited : withCommand(edited, data, hook, sectionOf(template, hook))
  }, text)
}

/** However its owner has moved it. */
const hasCommand = (data: Data, hook: CloneHook): boolean =>
  callsCommittedScript(JSON.stringify(data[hook] ?? null), hook)

/** The lines of one hook, the first of them its name. */
function sectionOf(template: string, hook: CloneHook): string {
  const start = template.indexOf(`${hook}:\n`)
  const rest = template.slice(start)
  return rest.slice(0, /\n(?=\S)/.exec(rest)?.index).trimEnd() + '\n'
}

function withCommand(text: string, data: Data, hook: CloneHook, section: string): string | null {
  const ours = (readYaml(section)![hook] as Data)['commands'] as Data
  const present = data[hook] ?? {}
  if (!isData(present) || !isData(present['commands'] ?? {})) return null
  const commands = { ...((present['commands'] ?? {}) as Data), ...ours }
  return proven(candidates(text, hook, section), { ...data, [hook]: { ...present, commands } })
}

/** Below `commands:` of the hook, below the hook, or as a hook of its own. */
function candidates(text: string, hook: CloneHook, section: string): string[] {
  const lines = text.split('\n')
  const start = lines.findIndex(line => isKey(line, hook))
  if (start === -1) return [appended(text, section)]
  const length = lines.slice(start + 1).findIndex(line => /^[^\s#]/.test(line))
  const end = length === -1 ? lines.length : start + 1 + length
  const commands = lines.findIndex((line, i) => i > start && i < end && isKey(line.trimStart(), 'commands'))
  const [, ...below] = section.split('\n')
  return [
    ...(commands === -1 ? [] : [insertedBehind(text, commands, below.slice(1).join('\n'))]),
    insertedBehind(text, start, below.join('\n')),
  ]
}

const isKey = (line: string, key: string): boolean => new RegExp(`^${key}:[ \\t\\r]*(?:#.*)?$`).test(line)
