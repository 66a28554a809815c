import type { DescribedCommand } from './described.ts'

/** Writes the completion script of one shell. */
export type CompletionScript = (commands: readonly DescribedCommand[]) => string
