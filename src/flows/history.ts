import type { GitPath } from '../core/path.ts'
import { isEnvelope, recognise } from '../envelope/recognise.ts'
import { historyBlobs } from '../git/history.ts'
import { readBlobs } from '../git/objects.ts'
import type { Repository } from '../git/repository.ts'

/** Those of `paths` that some commit of any branch or tag holds as plaintext: its secrets stay readable there. */
export function plaintextInHistory(repository: Repository, paths: readonly GitPath[]): GitPath[] {
  const options = { cwd: repository.top }
  const seen = historyBlobs(paths, options)
  const blobs = readBlobs(
    seen.map(({ id }) => id),
    options,
  )
  const plain = seen.filter(({ id }) => blobs.get(id)!.length > 0 && !isEnvelope(recognise(blobs.get(id)!)))
  return [...new Set(plain.map(({ path }) => path))]
}
