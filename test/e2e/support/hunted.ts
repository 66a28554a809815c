import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Leak } from './hunt.ts'
import { Finder, masked } from './needles.ts'

/** What one world left, as its worker wrote it down. */
export interface WorldRecord {
  readonly commands: number
  readonly bytes: number
  readonly repositories: number
  readonly onPurpose: string | null
  /** What it is, and its bytes in hex. */
  readonly needles: readonly (readonly [string, string])[]
  readonly leaks: readonly Leak[]
}

/**
 * Sums up a run, with the arguments of processes searched for the keys of all worlds.
 * @throws {Error} that names each leak, or says that nothing was looked through
 */
export function summary(record: string, processes: readonly Buffer[]): string {
  const worlds = readdirSync(record).flatMap(file =>
    readFileSync(path.join(record, file), 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as WorldRecord),
  )
  const needles = new Map(
    worlds
      .flatMap(world => world.needles)
      .map(([what, hex]) => [hex, { what, bytes: Buffer.from(hex, 'hex') }]),
  )
  const finder = new Finder([...needles.values()])
  const leaks = [
    ...worlds.flatMap(world => world.leaks),
    ...processes.flatMap(line =>
      finder.find(line).map(what => ({
        where: `arguments of ${masked(line.toString('latin1').split('\0'), finder)}`,
        what,
      })),
    ),
  ]
  const sum = (field: 'commands' | 'bytes' | 'repositories') =>
    worlds.reduce((total, world) => total + world[field], 0)
  const onPurpose = worlds.filter(world => world.onPurpose !== null).length
  const looked = `${needles.size} keys and secrets; ${worlds.length} worlds, ${sum('commands')} commands, ${sum('repositories')} repositories, ${(sum('bytes') / 1e6).toFixed(1)} MB, ${processes.length} lines of arguments; in ${onPurpose} worlds secrets are committed on purpose: what was printed there`
  if (leaks.length > 0)
    throw new Error(`leak hunt: ${leaks.map(({ what, where }) => `${what} in ${where}`).join('; ')}`)
  if (worlds.length > 0 && sum('commands') === 0) throw new Error('leak hunt: nothing was looked through')
  return `leak hunt: no leak (${looked})`
}
