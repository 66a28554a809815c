import type { GitwardError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'
import { writeAll } from '../flows/streams.ts'

/** The only place that writes to a terminal: data to standard output, everything else to standard error. */
export interface Printer {
  /** A line of data. */
  line(text: string): void
  /** Data as it is. */
  data(bytes: Uint8Array): void
  json(value: unknown): void
  /** A word on what was done; silent with -q. */
  note(text: string): void
  /** A line of a terminal that the next one replaces. */
  status(text: string): void
  /** Something to look at; never silent. */
  warn(text: string): void
  error(error: GitwardError): void
  readonly paint: Paint
}

/** Colours for standard error. */
export interface Paint {
  good(text: string): string
  bad(text: string): string
  dim(text: string): string
}

export interface PrinterOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isTerminal: boolean
  readonly quiet: boolean
}

export function printer({ env, isTerminal, quiet }: PrinterOptions): Printer {
  const paint = paints(hasColour(env, isTerminal))
  const toError = (text: string, mark = '') => writeAll(2, Buffer.from(`${mark}${printableLines(text)}\n`))
  return {
    paint,
    line: text => writeAll(1, Buffer.from(`${text}\n`)),
    data: bytes => writeAll(1, bytes),
    json: value => writeAll(1, Buffer.from(`${JSON.stringify(value, null, 2)}\n`)),
    note: text => {
      if (!quiet) toError(text)
    },
    status: text => writeAll(2, Buffer.from(`\r${printable(text)}\u001b[K`)),
    warn: text => toError(text, `${paint.bad('gitward:')} `),
    error: ({ message, hint }) => {
      toError(message, `${paint.bad('gitward:')} `)
      if (hint !== undefined) toError(hint, `${paint.dim('  try:')} `)
    },
  }
}

/** Messages name files, and a file may have any name. */
const printableLines = (text: string): string => text.split('\n').map(printable).join('\n')

function hasColour(env: PrinterOptions['env'], isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return isTerminal && !env['CI']
}

function paints(on: boolean): Paint {
  const escape = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { good: escape(32), bad: escape(31), dim: escape(2) }
}
