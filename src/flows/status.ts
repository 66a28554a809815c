import type { GitPath } from '../core/path.ts'
import { isEnvelope, recognise } from '../envelope/recognise.ts'
import { indexEntries, isRegularFile, type IndexEntry } from '../git/entries.ts'
import { readBlobs } from '../git/objects.ts'
import { pathBytes } from '../core/path.ts'
import { protectionOf } from '../policy/policy.ts'
import { isWeaker } from '../policy/weaker.ts'
import type { Context } from './context.ts'
import { readIfPresent } from './disk.ts'
import { requirePolicy } from './policy-trust.ts'
import { loadTrust } from './state.ts'

/**
 * sealed: encrypted in git, readable here · locked: encrypted in git and here · plaintext: protected, yet plain
 * in git · moved: ciphertext outside protection · awaiting-accept: the policy here is weaker than the trusted one.
 */
export type PathState = 'sealed' | 'locked' | 'plaintext' | 'moved' | 'awaiting-accept'

export interface PathStatus {
  readonly path: GitPath
  readonly state: PathState
}

/** Every path of the index that gitward has a word about. Needs no key. */
export async function status(context: Context): Promise<PathStatus[]> {
  const { repository } = context
  const policy = await requirePolicy(context)
  const trusted = loadTrust(repository)?.policy ?? null
  const entries = indexEntries({ cwd: repository.top }).filter(isRegularFile)
  const stateOf = (entry: IndexEntry, blob: Buffer): PathState | null => {
    const protection = protectionOf(policy.compiled, entry.path)
    const sealed = isEnvelope(recognise(blob))
    if (!protection && trusted && isWeaker(protectionOf(trusted.compiled, entry.path), null))
      return 'awaiting-accept'
    if (!protection) return sealed ? 'moved' : null
    if (!sealed) return blob.length === 0 ? 'sealed' : 'plaintext'
    return isEnvelope(recognise(inWorkTree(repository.top, entry.path))) ? 'locked' : 'sealed'
  }
  return inBatches(entries, repository.top, stateOf)
}

const BATCH = 500

function inBatches(
  entries: readonly IndexEntry[],
  cwd: string,
  stateOf: (entry: IndexEntry, blob: Buffer) => PathState | null,
): PathStatus[] {
  const found: PathStatus[] = []
  for (let at = 0; at < entries.length; at += BATCH) {
    const batch = entries.slice(at, at + BATCH)
    const blobs = readBlobs(
      batch.map(({ id }) => id),
      { cwd },
    )
    for (const entry of batch) {
      const state = stateOf(entry, blobs.get(entry.id)!)
      if (state) found.push({ path: entry.path, state })
    }
  }
  return found
}

const inWorkTree = (top: string, path: GitPath): Buffer =>
  readIfPresent(Buffer.concat([Buffer.from(`${top}/`), Buffer.from(pathBytes(path))])) ?? Buffer.alloc(0)
