import { existsSync } from 'node:fs'
import path from 'node:path'
import { readIfPresent, readTextIfPresent } from '../disk.ts'
import { callsCommittedScript, committedScript } from './committed-script.ts'
import { isShellScript } from './marked-line.ts'
import type { HookManagerRow } from './manager.ts'
import { lineIn } from './plain-git.ts'
import { CLONE_HOOKS, shownFile, type HookPlace, type Placement } from './place.ts'

/** husky 9: `core.hooksPath` is a folder `_` of its own, which runs the committed files beside it with sh. */
export const husky: HookManagerRow = {
  kind: 'husky',
  isUsed: place => isHuskysFolder(place) || existsSync(huskyFolder(place)) || isDependency(place),
  placements: place => [committedScript(place), ...CLONE_HOOKS.map(name => placement(place, name))],
  inactive(place) {
    if (CLONE_HOOKS.every(name => existsSync(path.join(place.hooks.path, name))) && isHuskysFolder(place))
      return null
    const folder = shownFile(place, path.join(huskyFolder(place), '_'))
    return { what: `${folder} is missing in this work tree: git runs no hooks here`, mend: 'npx husky' }
  },
}

const isHuskysFolder = ({ hooks }: HookPlace): boolean => path.basename(hooks.path) === '_'

const huskyFolder = (place: HookPlace): string =>
  isHuskysFolder(place) ? path.dirname(place.hooks.path) : path.join(place.repository.top, '.husky')

function placement(place: HookPlace, name: string): Placement {
  const file = path.join(huskyFolder(place), name)
  const line = place.template(`husky/${name}`).trimEnd()
  const present = readIfPresent(file)
  if (present && callsCommittedScript(present.toString('latin1'), name))
    return { file, wanted: present, present }
  if (present === null || isShellScript(present.toString('latin1')))
    return { file, wanted: lineIn(present ?? Buffer.alloc(0), line), present }
  return {
    file,
    wanted: null,
    present,
    problem: {
      what: `${shownFile(place, file)} is no shell script: gitward left it alone`,
      mend: `add to it: ${line}`,
    },
  }
}

/** package.json names husky, though nobody has run it yet. */
function isDependency({ repository: { top } }: HookPlace): boolean {
  const text = readTextIfPresent(path.join(top, 'package.json'))
  return text !== null && /"husky"\s*:/.test(text)
}
