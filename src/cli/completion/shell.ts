import type { DescribedCommand } from './described.ts'

/** Writes the completion script of one shell. */
export type CompletionScript = (commands: readonly DescribedCommand[]) => string

/** One word of shell, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
