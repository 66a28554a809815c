import path from 'node:path'
import { readIfPresent } from '../disk.ts'
import { COMMITTED_HOOK, type HookPlace, type Placement } from './place.ts'

/** The script that committed lines call. One that works stays: a teammate's gitward may be older or newer. */
export function committedScript(place: HookPlace): Placement {
  const file = path.join(place.repository.top, COMMITTED_HOOK)
  const present = readIfPresent(file)
  const isWorking = present?.includes('gitward hook "$name" "$@"') === true
  return { file, wanted: isWorking ? present : Buffer.from(place.template('hook')), present }
}

/** True if a line that is no comment runs that script for this hook, however its owner has written it. */
export const callsCommittedScript = (text: string, hook: string): boolean =>
  text
    .split('\n')
    .some(line => !/^\s*#/.test(line) && new RegExp(`\\.gitward/hook ${hook}(?![\\w-])`).test(line))
