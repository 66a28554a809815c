import { files } from './file.ts'
import { jsonEnvelopes } from './json.ts'
import { portableFiles } from './portable.ts'
import { signatures } from './signature.ts'
import { tokens } from './token.ts'
import type { GoldenFile } from './vector.ts'

export { spelled } from './vector.ts'

/** Every file of golden vectors, by name. The same on every run and on both backends. */
export const goldenFiles = (): Record<string, GoldenFile> => ({
  'token.json': tokens(),
  'json-envelope.json': jsonEnvelopes(),
  'file-envelope.json': files(),
  'portable-file.json': portableFiles(),
  'signature.json': signatures(),
})
