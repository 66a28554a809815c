/**
 * gitward as a library: read protected configuration in your app, and seal and open gitward's envelopes in your own
 * code (docs/SPEC.md has the bytes).
 * @module
 */
import type { LoadConfigOptions } from './flows/values/load-config.ts'

export { GitwardError, type ErrorCode } from './core/errors.ts'
export { epochKey, type EpochKey } from './crypto/epoch-key.ts'
export { parseFileEnvelope, sealFile, openFile, type FileEnvelope } from './envelope/file.ts'
export { parseJsonEnvelope, sealJson, openJson } from './envelope/json.ts'
export { parseToken, sealToken, openToken } from './envelope/token.ts'
export { recognise, isEnvelope, openEnvelope, type Envelope, type Recognised } from './envelope/recognise.ts'
export type { SealedMessage } from './envelope/synthetic.ts'
export { sealValue, openValue } from './flows/values/library.ts'
export type { LoadConfigOptions } from './flows/values/load-config.ts'

/**
 * Reads a YAML, JSON or dotenv file of a protected repository, whether its values stand there encrypted or not.
 * YAML and JSON give plain data with their types, dotenv a record of strings.
 *
 * The key comes from `options.key`, else from `GITWARD_KEY` or `GITWARD_KEY_CMD`, else the repository must be
 * unlocked. `.gitward/` must lie in a folder above the file; `.git` need not. Nothing is written.
 *
 * ```ts
 * const { db } = await loadConfig<{ db: { password: string } }>('config/prod.yaml')
 * ```
 * @throws {GitwardError} LOCKED without a key; TAMPERED, MOVED, WRONG_SCOPE, UNKNOWN_KEY or MALFORMED for the first
 *   value that does not open where it stands; WRONG_KEY for a key of another repository; CONFIG for a file of an
 *   unknown format or outside a protected repository; IO if it cannot be read.
 */
export async function loadConfig<T = unknown>(path: string, options: LoadConfigOptions = {}): Promise<T> {
  const { loadConfigFile } = await import('./flows/values/load-config.ts')
  return (await loadConfigFile(path, options)) as T
}
