import { decodeUtf8, type Bytes } from '../../core/bytes.ts'
import type { GitPath } from '../../core/path.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { protectionOf, type CompiledPolicy } from '../../policy/policy.ts'

/** Files that exist to hold private keys: dotenvx keeps its own in `.env.keys`. */
const PRIVATE_FILE = /(?:^|\/)\.env\.keys$/i

/**
 * True if a file by its name holds private keys, whatever form they have, and nothing hides them: for a protected path
 * `flawsOf` has the word.
 */
export function isPrivateFile(policy: CompiledPolicy | null, path: GitPath, bytes: Bytes): boolean {
  if (!PRIVATE_FILE.test(path) || isEnvelope(recognise(bytes))) return false
  if (policy && protectionOf(policy, path)) return false
  return saysSomething(bytes)
}

/** An empty file, or one of comments, holds nothing. */
const saysSomething = (bytes: Bytes): boolean =>
  (decodeUtf8(bytes) ?? '.').split('\n').some(line => /^\s*[^#\s]/.test(line))
