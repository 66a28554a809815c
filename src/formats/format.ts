import { GitwardError } from '../core/errors.ts'

/** One value: where its exact source text stands, and its path inside the document. */
export interface ValueSpan {
  /** DESIGN §4 "Pointer". Not unique: duplicate keys, documents and unnamed elements share one. */
  readonly pointer: string
  /** UTF-16 offsets into the text, `end` exclusive: quotes, block-scalar header and body included. */
  readonly start: number
  readonly end: number
}

/** True if the value at `pointer` stands as a token in the sealed text, or will once this text is sealed. */
export type IsSealed = (pointer: string) => boolean

/** For text that is sealed already: its tokens speak for themselves. */
export const noneSealed: IsSealed = () => false

export type FormatName = 'yaml' | 'json' | 'dotenv'

/** Knows where the values of one syntax stand in the text, and nothing about keys or ciphers. */
export interface Format {
  readonly name: FormatName
  /**
   * Every value of `text` in document order; values without text have no span. `isSealed` says which values of a
   * plain text will be sealed, so that plain and sealed text give the same pointers (see `spansOf`).
   * @throws {GitwardError} MALFORMED, `line:column: reason`, without any of the text.
   */
  locate(text: string, isSealed?: IsSealed): readonly ValueSpan[]
  /** How a token stands in this syntax. */
  quote(token: string): string
  /** The characters of a token from the source text of a value; null if no token stands like that here. */
  unquote(source: string): string | null
}

/** How a token stands where it needs no quotes. */
export const bareToken: Pick<Format, 'quote' | 'unquote'> = {
  quote: token => token,
  unquote: source => (/^[\w:-]+$/.test(source) ? source : null),
}

/**
 * The error for text that does not parse: `line:column: reason`, both 1-based, columns in UTF-16 units.
 * `reason` must not quote the text: it may be a secret. Callers put the path in front.
 */
export function malformed(text: string, offset: number, reason: string): GitwardError {
  const before = text.slice(0, Math.max(0, offset))
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  return new GitwardError('MALFORMED', `${line}:${column}: ${reason}`)
}
