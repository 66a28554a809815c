/** Every way gitward fails, and the exit code the command line gives it. */
const EXIT_CODES = {
  FINDINGS: 1,
  VERIFICATION: 1,
  USAGE: 2,
  CONFIG: 2,
  LOCKED: 3,
  NOT_A_RECIPIENT: 3,
  MALFORMED: 4,
  TAMPERED: 4,
  SIGNATURE: 4,
  MOVED: 4,
  WRONG_KEY: 4,
  WRONG_SCOPE: 4,
  UNKNOWN_KEY: 4,
  UNSUPPORTED_VERSION: 4,
  REFUSED: 5,
  DIRTY: 5,
  GIT: 5,
  IO: 5,
  INTERRUPTED: 130,
} as const

export type ErrorCode = keyof typeof EXIT_CODES

export interface ErrorOptions {
  /** One command, or one short step, that gets the user further. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * The one error class. `message` is lower case, names the thing and never holds a secret;
 * `hint` ends with a command to type.
 */
export class GitwardError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GitwardError'
    this.code = code
    this.hint = options.hint
  }

  get exitCode(): number {
    return EXIT_CODES[this.code]
  }

  /** The same error, with the file it is about in front. */
  in(file: string): GitwardError {
    const hint = this.hint === undefined ? {} : { hint: this.hint }
    return new GitwardError(this.code, `${file}: ${this.message}`, { ...hint, cause: this.cause })
  }
}

/** True if `error` is ours and carries one of `codes`. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is GitwardError {
  return error instanceof GitwardError && codes.includes(error.code)
}

/** The system's error name (`ENOENT`, `EPIPE`…) of anything thrown; undefined if it has none. */
export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
