import type { Person } from './world.ts'

/** What `git status` lists: empty where nothing was changed. */
export const changes = (person: Person, repository: string): string =>
  person.git(repository, 'status', '--porcelain').stdout

let touches = 0

/**
 * Makes git look at every file's bytes again: touches each. Git compares whole seconds, so each call takes
 * another hour.
 */
export function forgetStat(person: Person, repository: string): void {
  const touch = `git ls-files -z | xargs -0 -r touch -c -d '${++touches} hours ago' --`
  person.run(repository, 'sh', ['-c', touch])
}
