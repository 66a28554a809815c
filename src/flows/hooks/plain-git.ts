import { accessSync, constants, existsSync, lstatSync, statSync } from 'node:fs'
import path from 'node:path'
import { quoted } from '../../core/shell-word.ts'
import { isInside } from '../../git/repository.ts'
import { existsAlready, readIfPresent } from '../disk.ts'
import { stateFolder } from '../state.ts'
import { isShellScript, withMarkedLine } from './marked-line.ts'
import {
  CLONE_HOOKS,
  shownFile,
  type CloneHook,
  type HookPlace,
  type Placement,
  type Problem,
} from './place.ts'

/** One line in each of git's own hooks, and the script that it calls: both in this clone alone. */
export function plainGitPlacements(place: HookPlace, names: readonly CloneHook[] = CLONE_HOOKS): Placement[] {
  const problem = folderProblem(place)
  if (problem) return [{ file: place.hooks.path, wanted: null, present: null, problem }]
  return [
    ownFile(path.join(stateFolder(place.repository), 'hook'), place.template('hook')),
    ...names.map(name =>
      hookPlacement(place, path.join(place.hooks.path, name), place.template(`git/${name}`)),
    ),
  ]
}

/** A file that is ours alone. */
const ownFile = (file: string, wanted: string): Placement => ({
  file,
  wanted: Buffer.from(wanted),
  present: readIfPresent(file),
})

/** A hook that holds our line beside whatever its owner wrote. */
function hookPlacement(place: HookPlace, file: string, template: string): Placement {
  const line = template.trimEnd()
  if (!existsAlready(file)) return { file, wanted: Buffer.from(`#!/bin/sh\n${line}\n`), present: null }
  const present = readIfPresent(file)
  const why = whyLeftAlone(file, present)
  if (present && why === null) return { file, wanted: lineIn(present, line), present, ...notRun(place, file) }
  const isHandled = present?.includes('gitward') === true // its owner knows
  return { file, wanted: null, present, ...(isHandled ? {} : { problem: leftAlone(place, file, why, line) }) }
}

/** Scripts need not be UTF-8: one character a byte. */
export const lineIn = (script: Buffer, line: string): Buffer =>
  Buffer.from(withMarkedLine(script.toString('latin1'), line), 'latin1')

function whyLeftAlone(file: string, script: Buffer | null): string | null {
  if (lstatSync(file).isSymbolicLink()) return 'is a symbolic link'
  return script !== null && isShellScript(script.toString('latin1')) ? null : 'is no shell script'
}

const leftAlone = (place: HookPlace, file: string, why: string | null, line: string): Problem => ({
  what: `${shownFile(place, file)} ${why}: gitward left it alone, and git does not ask gitward there`,
  mend: `make it run: ${line}`,
})

/** Switching a hook on that its owner switched off is not ours to do. */
function notRun(place: HookPlace, file: string): { problem?: Problem } {
  if (isExecutable(file)) return {}
  const name = shownFile(place, file)
  return { problem: { what: `${name} is not executable: git ignores it`, mend: `chmod +x ${quoted(name)}` } }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return (statSync(file).mode & 0o111) !== 0
  } catch {
    return false
  }
}

/** Why nothing of ours may be written into the folder of hooks. */
function folderProblem({ repository, hooks }: HookPlace): Problem | null {
  const { path: folder, setIn } = hooks
  if (existsSync(folder) && !statSync(folder).isDirectory())
    return {
      what: `core.hooksPath is ${folder}: git runs no hooks`,
      mend: 'git config --unset core.hooksPath',
    }
  if (existsSync(path.join(folder, 'h')))
    return {
      what: `${folder} belongs to husky, but the policy says hooks: git`,
      mend: 'set hooks: husky in .gitward/config.yaml, then gitward doctor --fix',
    }
  const isOurs = [repository.top, repository.commonDir].some(each => isInside(each, folder))
  if (isOurs || setIn === 'local' || setIn === 'worktree') return null
  return {
    what: `core.hooksPath in your ${setIn} git config is ${folder}, for all repositories: gitward left it alone`,
    mend: 'git config core.hooksPath .git/hooks && gitward doctor --fix',
  }
}
