import { keyCommand } from './command.ts'
import { identityVariable, keyVariable } from './env.ts'
import { identityFileVariable, userClassicFile, userHybridFile } from './file.ts'
import type { KeySource } from './source.ts'

/** Where identities come from, in the order in which `unlock` tries them. */
export const identitySources: readonly KeySource[] = [
  identityVariable,
  identityFileVariable,
  userHybridFile,
  userClassicFile,
]

/** Where epoch keys come from without an identity: all that the filter ever asks. */
export const keySources: readonly KeySource[] = [keyVariable, keyCommand]
