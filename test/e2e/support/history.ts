import type { Person } from './world.ts'

/** Stages bytes as they are: what a clone without filters, or an attacker with push rights, does. */
export function stageBlob(person: Person, repository: string, file: string, bytes: Buffer): void {
  const hashed = person.run(repository, 'git', ['hash-object', '-w', '--stdin'], { input: bytes })
  person.git(repository, 'update-index', '--add', '--cacheinfo', `100644,${hashed.stdout.trim()},${file}`)
}

/** Commits bytes as they are; the work tree is left alone. */
export function commitBlob(person: Person, repository: string, file: string, bytes: Buffer): void {
  stageBlob(person, repository, file, bytes)
  person.git(repository, 'commit', '-q', '-m', `put ${file} by hand`)
}

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
