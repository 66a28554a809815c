/**
 * gitward's envelopes where there is no Node: browsers, workers, edge runtimes. A part of `gitward`, name for name and
 * byte for byte, over a cipher library in plain JavaScript; it reads no file, variable or clock (docs/portable.md).
 * @module
 */
export { GitwardError, type ErrorCode } from './core/errors.ts'
export { epochKey, type EpochKey } from './crypto/epoch-key.ts'
export { sealFile } from './envelope/file.ts'
export { sealJson } from './envelope/json.ts'
export { openFile, openJson } from './flows/library/envelopes.ts'
export { importKeys, keyFor, type ScopedKey } from './flows/library/keys.ts'
export { sealValue, openValue } from './flows/library/values.ts'
