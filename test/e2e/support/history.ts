import type { Person } from './world.ts'

/** What `git status` lists: empty where nothing was changed. */
export const changes = (person: Person, repository: string): string =>
  person.git(repository, 'status', '--porcelain').stdout

/** Makes git look at every file's bytes again, as after a touch. */
export function forgetStat(person: Person, repository: string): void {
  person.run(repository, 'sh', ['-c', 'git ls-files -z | xargs -0 -r touch -c -d "1 hour ago" --'])
}
