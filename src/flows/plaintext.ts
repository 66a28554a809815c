import type { GitPath } from '../core/path.ts'
import { indexEntries, isRegularFile } from '../git/entries.ts'
import { historyBlobs } from '../git/history.ts'
import { readBlobs } from '../git/objects.ts'
import type { Repository } from '../git/repository.ts'
import type { Protection } from '../policy/policy.ts'
import { holdsPlaintext } from './status/file-status.ts'

type Protections = ReadonlyMap<GitPath, Protection>

/** Those paths that the index holds as plaintext, as a file or in one of its protected values. */
export function plaintextInIndex(repository: Repository, protections: Protections): Promise<GitPath[]> {
  const entries = indexEntries({ cwd: repository.top })
  return plaintextAmong(
    repository,
    entries.filter(entry => isRegularFile(entry) && protections.has(entry.path)),
    protections,
  )
}

/** The same for all commits of any branch or tag: these secrets stay readable there. */
export const plaintextInHistory = (repository: Repository, protections: Protections): Promise<GitPath[]> =>
  plaintextAmong(repository, historyBlobs([...protections.keys()], { cwd: repository.top }), protections)

async function plaintextAmong(
  { top }: Repository,
  seen: readonly { readonly path: GitPath; readonly id: string }[],
  protections: Protections,
): Promise<GitPath[]> {
  const blobs = readBlobs(
    seen.map(({ id }) => id),
    { cwd: top },
  )
  const plain = new Set<GitPath>()
  for (const { path, id } of seen) {
    const protection = protections.get(path)
    const isNews = protection !== undefined && !plain.has(path)
    if (isNews && (await holdsPlaintext(path, blobs.get(id)!, protection))) plain.add(path)
  }
  return [...plain]
}
