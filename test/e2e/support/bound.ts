import type { Person, Ran } from './world.ts'

/** Root may write anywhere, unless it gives that up. */
const BOUND = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : []

/** Runs a command that permission bits hold back, whoever runs the tests. */
export function bound(person: Person, cwd: string, ...args: string[]): Ran {
  const [command, ...rest] = [...BOUND, ...args]
  return person.run(cwd, command!, rest, { mayFail: true })
}
