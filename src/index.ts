/**
 * gitward as a library: seal and open its envelopes in your own code (docs/SPEC.md has the bytes).
 * @module
 */
export { GitwardError, type ErrorCode } from './core/errors.ts'
export { epochKey, type EpochKey } from './crypto/epoch-key.ts'
export { parseFileEnvelope, sealFile, openFile, type FileEnvelope } from './envelope/file.ts'
export { parseJsonEnvelope, sealJson, openJson } from './envelope/json.ts'
export { parseToken, sealToken, openToken } from './envelope/token.ts'
export { recognise, isEnvelope, openEnvelope, type Envelope, type Recognised } from './envelope/recognise.ts'
export type { SealedMessage } from './envelope/synthetic.ts'
