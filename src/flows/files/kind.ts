import { startsWith } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import {
  FILE_MAGIC,
  FILE_START_BYTES,
  fileHeaderLength,
  parseFileHeader,
  type FileHeader,
} from '../../envelope/file-header.ts'
import { JSON_MAGIC } from '../../envelope/json.ts'
import type { InputFile } from './input.ts'

/** What a file is, by its first bytes and its length. */
export type FileKind =
  | { readonly kind: 'file'; readonly header: FileHeader }
  /** Starts like a JSON envelope; whether it is one, all of it says. */
  | { readonly kind: 'json' }
  | { readonly kind: 'broken'; readonly reason: GitwardError }
  | { readonly kind: 'plain' }

export function kindOf(input: InputFile): FileKind {
  const start = input.start(FILE_START_BYTES)
  if (startsWith(start, JSON_MAGIC)) return { kind: 'json' }
  if (!startsWith(start, FILE_MAGIC)) return { kind: 'plain' }
  try {
    return { kind: 'file', header: parseFileHeader(input.start(fileHeaderLength(start)), input.length) }
  } catch (error) {
    if (error instanceof GitwardError) return { kind: 'broken', reason: error }
    throw error
  }
}
