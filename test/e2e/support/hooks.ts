import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { stageBlob } from './history.ts'
import { planted, prepared, write, type Person, type Ran } from './world.ts'

/** Looks like a GitHub token, made at run time. */
export const token = (): string => ['ghp', 'Xk3vQ9mZr7TnB2wLc8YdHs5JfGpA6uE1oKtR'].join('_')

/** A repository whose hooks `manager` runs, with a protected file in its only commit. */
export function hookedRepository(
  person: Person,
  manager: string,
  prepare?: (folder: string) => void,
): string {
  const name = 'hooked repo'
  if (!prepare)
    return prepared(person, name, ['hooked', manager], (owner, folder) => buildHooked(owner, folder, manager))
  const folder = person.newRepository(name)
  prepare(folder)
  buildHooked(person, folder, manager)
  return folder
}

function buildHooked(person: Person, folder: string, manager: string): void {
  person.gitward(folder, 'init', '--hooks', manager)
  person.gitward(folder, 'protect', '--whole', 'secrets/**')
  write(folder, 'secrets/a', `a secret file ${planted()}\n`)
  write(folder, 'README', 'public\n')
  person.run(folder, 'git', ['add', '-A'])
  person.run(folder, 'git', ['commit', '-q', '-m', 'first'], { env: { GITWARD: '0' } })
}

/** Puts plaintext under protection into the index, as a clone without filters would. */
export const plantPlaintext = (person: Person, folder: string): void =>
  stageBlob(person, folder, 'secrets/planted', Buffer.from('planted plaintext\n'))

/** Runs git without the hooks having a say. */
export const unjudged = (person: Person, folder: string, ...args: string[]): Ran =>
  person.run(folder, 'git', args, { env: { GITWARD: '0' } })

export const head = (person: Person, folder: string): string =>
  person.git(folder, 'rev-parse', 'HEAD').stdout.trim()

/** A PATH with these programs alone. */
export function onlyOnPath(person: Person, ...programs: string[]): string {
  const folder = path.join(person.home, `only ${programs.join(' ')}`)
  mkdirSync(folder)
  for (const each of programs) symlinkSync(which(each)!, path.join(folder, each))
  return folder
}

/** Where a program is; null if it is not installed. */
export const which = (program: string): string | null =>
  spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).stdout.toString().trim() || null
