import type { Commit } from './changes.ts'
import { fields } from './entries.ts'
import { git, type GitOptions } from './run.ts'

/** Those commits of `revisions` (git-rev-list(1)) whose message has a trailer of this name that says something. */
export function commitsWithTrailer(
  name: string,
  revisions: readonly string[],
  options: GitOptions,
): Commit[] {
  const format = `%H %P%x09%(trailers:key=${name},valueonly,unfold,separator=%x20)`
  const args = ['-c', 'trailer.separators=:', 'log', '-z', '--no-show-signature', `--format=${format}`]
  const { stdout } = git([...args, '--end-of-options', ...revisions, '--'], options)
  return fields(stdout).flatMap(record => {
    const [ids, ...reason] = record.toString().split('\t')
    const [id, ...parents] = ids!.trim().split(' ')
    return reason.join('\t').trim() === '' ? [] : [{ id: id!, parents }]
  })
}
