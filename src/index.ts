/**
 * gitward as a library: read protected configuration in your app, and seal and open gitward's envelopes in your own
 * code (docs/SPEC.md has the bytes).
 * @module
 */
import type { OpenModelOptions } from './flows/models/open-model.ts'
import type { LoadConfigOptions } from './flows/values/load-config.ts'
import type { Model } from './model/reader.ts'
import type { Safetensors } from './model/safetensors.ts'

export { GitwardError, type ErrorCode } from './core/errors.ts'
export { epochKey, type EpochKey } from './crypto/epoch-key.ts'
export { sealFile } from './envelope/file.ts'
export { sealJson } from './envelope/json.ts'
export { parseToken, sealToken, openToken } from './envelope/token.ts'
export { recognise, isEnvelope, openEnvelope, type Envelope, type Recognised } from './envelope/recognise.ts'
export type { SealedMessage } from './envelope/synthetic.ts'
export type { OpenModelOptions } from './flows/models/open-model.ts'
export { openFile, openJson } from './flows/library/envelopes.ts'
export { importKeys, keyFor, type ScopedKey } from './flows/library/keys.ts'
export { sealValue, openValue } from './flows/library/values.ts'
export type { LoadConfigOptions } from './flows/values/load-config.ts'
export type { Model, Range } from './model/reader.ts'
export type { Dtype, Safetensors, Tensor, TensorData, TensorInfo } from './model/safetensors.ts'

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

/**
 * Opens an encrypted file, or a part of it, in memory: nothing is decrypted that is not read, and no plaintext is
 * written anywhere. Takes what `gitward encrypt` writes, and protected files, whether the clone is locked or not.
 *
 * A portable file opens with `options.identity`, `options.identityFile` or `options.passphrase`, else with
 * `GITWARD_IDENTITY`, `GITWARD_IDENTITY_FILE` or the user's identity files. Others open with `options.key`, else
 * `GITWARD_KEY` or `GITWARD_KEY_CMD`, else with the unlocked repository around the file or the work folder.
 *
 * ```ts
 * await using model = await openModel('model.onnx.gitward')
 * const session = await InferenceSession.create(await model.bytes())
 * ```
 * @throws {GitwardError} LOCKED, NOT_A_RECIPIENT or UNKNOWN_KEY without the key; WRONG_KEY for another; WRONG_SCOPE if
 *   its scope does not belong at that path; TAMPERED or MALFORMED; USAGE if it is not encrypted; IO.
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<Model> {
  const { openModelFile } = await import('./flows/models/open-model.ts')
  return openModelFile(path, options)
}

/**
 * Opens an encrypted safetensors file: names and metadata now, each tensor when it is asked for.
 *
 * ```ts
 * await using weights = await safetensors('model.safetensors.gitward')
 * const { data, shape } = await weights.tensor('layer.0.weight')
 * ```
 * @throws {GitwardError} as `openModel`; MALFORMED if it is no safetensors file.
 */
export async function safetensors(path: string, options: OpenModelOptions = {}): Promise<Safetensors> {
  const { safetensorsOf } = await import('./model/safetensors.ts')
  const model = await openModel(path, options)
  try {
    return await safetensorsOf(model)
  } catch (error) {
    await model.close()
    throw error
  }
}
