import type { GitPath } from '../core/path.ts'
import { indexEntries, isRegularFile } from '../git/entries.ts'
import { historyBlobs } from '../git/history.ts'
import { startBehind } from '../git/lfs.ts'
import { readBlobs } from '../git/objects.ts'
import type { Repository } from '../git/repository.ts'
import type { Protection } from '../policy/policy.ts'
import { blobState } from './status/file-status.ts'
import type { PathState } from './status/value-state.ts'

type Protections = ReadonlyMap<GitPath, Protection>

/** How the index holds these paths: `plaintext` where it lacks protection, `plain-by-policy` if nothing is selected. */
export async function statesInIndex(
  repository: Repository,
  protections: Protections,
): Promise<ReadonlyMap<GitPath, PathState>> {
  const entries = indexEntries({ cwd: repository.top }).filter(isRegularFile)
  const states = new Map<GitPath, PathState>()
  for await (const { path, state } of statesOf(repository, entries, protections)) states.set(path, state)
  return states
}

/** Those paths that some commit of any branch or tag holds as plaintext: these secrets stay readable there. */
export async function plaintextInHistory(
  repository: Repository,
  protections: Protections,
): Promise<GitPath[]> {
  const seen = historyBlobs([...protections.keys()], { cwd: repository.top })
  const plain = new Set<GitPath>()
  for await (const { path, state } of statesOf(repository, seen, protections))
    if (state === 'plaintext') plain.add(path)
  return [...plain]
}

async function* statesOf(
  repository: Repository,
  seen: readonly { readonly path: GitPath; readonly id: string }[],
  protections: Protections,
) {
  const protectedOnes = seen.filter(({ path }) => protections.has(path))
  const blobs = readBlobs(
    protectedOnes.map(({ id }) => id),
    { cwd: repository.top },
  )
  for (const { path, id } of protectedOnes) {
    const blob = startBehind(repository, blobs.get(id)!)
    yield { path, state: await blobState(path, blob, protections.get(path)!) }
  }
}
