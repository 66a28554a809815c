import { chmodSync, lstatSync, rmSync } from 'node:fs'
import path from 'node:path'
import { isInside } from '../../git/repository.ts'
import { parsePolicy } from '../../policy/parse.ts'
import type { HookManager } from '../../policy/schema.ts'
import type { Context } from '../context.ts'
import { makeFolder, makePrivateFolder, readIfPresent, staysInside, writeAtomic } from '../disk.ts'
import { POLICY_PATH } from '../names.ts'
import { stateFolder } from '../state.ts'
import { readTrackedText } from '../tracked.ts'
import type { HookManagerRow } from './manager.ts'
import { withoutMarkedLine } from './marked-line.ts'
import { CLONE_HOOKS, hookPlace, shownFile, type HookPlace, type Placement, type Problem } from './place.ts'
import { managerOf } from './table.ts'

export interface HooksReport {
  readonly kind: HookManagerRow['kind'] | 'none'
  /** Files that were made or changed, as typed from the top folder. */
  readonly written: readonly string[]
  /** What a person must do before every hook runs. */
  readonly problems: readonly Problem[]
}

/** What the policy says of hooks; `none` where it says nothing. */
export function recordedHooks({ repository }: Pick<Context, 'repository'>): HookManager {
  const text = readTrackedText(repository, POLICY_PATH)
  return (text === null ? undefined : parsePolicy(text).hooks) ?? 'none'
}

/** Puts our lines where they are missing and changes nothing else; for `none` takes those of git's own hooks away. */
export function installHooks(context: Context, kind: HookManager): HooksReport {
  const place = hookPlace(context)
  const manager = managerOf(place, kind)
  if (!manager) return { kind: 'none', written: removeHooks(place), problems: [] }
  const missing = placementsOf(place, manager).filter(isMissing)
  for (const each of missing) put(place, each)
  return {
    kind: manager.kind,
    written: missing.map(({ file }) => shownFile(place, file)),
    problems: problemsOf(place, manager),
  }
}

/** The same, only looking: every file that lacks what it must hold is a problem, too. */
export function lookAtHooks(context: Context, kind: HookManager): Pick<HooksReport, 'kind' | 'problems'> {
  const place = hookPlace(context)
  const manager = managerOf(place, kind)
  if (!manager) return { kind: 'none', problems: [] }
  const missing = placementsOf(place, manager).filter(isMissing)
  const problems = missing.map(({ file, present }) => ({
    what: `${shownFile(place, file)} ${present === null ? 'is missing' : 'lacks what gitward puts there'}: commits are not checked`,
    mend: 'gitward doctor --fix',
  }))
  return { kind: manager.kind, problems: [...problems, ...problemsOf(place, manager)] }
}

/** A repository may hold links: nothing is read or written through one. */
function placementsOf(place: HookPlace, manager: HookManagerRow): Placement[] {
  const { top, commonDir } = place.repository
  return manager.placements(place).map(placement => {
    const { file, wanted } = placement
    const isTracked = isInside(top, file) && !isInside(commonDir, file)
    if (wanted === null || !isTracked || !isBehindLink(top, file)) return placement
    const what = `${shownFile(place, file)} is a symbolic link, or behind one: gitward left it alone`
    return {
      file,
      wanted: null,
      present: null,
      problem: { what, mend: `put a file there, then gitward doctor --fix` },
    }
  })
}

const isBehindLink = (top: string, file: string): boolean =>
  !staysInside(top, Buffer.from(path.relative(top, file))) ||
  lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true

const isMissing = ({ wanted, present }: Placement): boolean => wanted !== null && !present?.equals(wanted)

function problemsOf(place: HookPlace, manager: HookManagerRow): Problem[] {
  const inactive = manager.inactive(place)
  const placed = placementsOf(place, manager).flatMap(({ problem }) => problem ?? [])
  return inactive ? [inactive, ...placed] : placed
}

/** A hook of git's own must be executable; an existing file keeps its mode. */
function put({ repository, hooks }: HookPlace, { file, wanted, present }: Placement): void {
  const folder = path.dirname(file)
  const isPrivate = folder === stateFolder(repository)
  if (isPrivate) makePrivateFolder(folder)
  else makeFolder(folder)
  writeAtomic(file, wanted!, isPrivate ? { mode: 0o600 } : {})
  if (present === null && folder === hooks.path) chmodSync(file, 0o755)
}

/** Takes our lines out of git's own hooks, and a hook away that held nothing else. */
function removeHooks(place: HookPlace): string[] {
  return CLONE_HOOKS.map(name => path.join(place.hooks.path, name)).flatMap(file => {
    const text = readIfPresent(file)?.toString('latin1') ?? null
    const rest = text === null ? null : withoutMarkedLine(text)
    if (text === null || rest === null || rest === text) return []
    if (rest === '#!/bin/sh\n') rmSync(file)
    else writeAtomic(file, Buffer.from(rest, 'latin1'))
    return [shownFile(place, file)]
  })
}
