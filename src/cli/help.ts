import type { Command, OptionSpec } from './command.ts'
import { GLOBAL_OPTIONS } from './parse.ts'
import type { CommandRow } from './table.ts'

/** `gitward --help`. */
export function overview(commands: readonly CommandRow[]): string {
  const shown = commands.filter(({ plumbing }) => !plumbing)
  return [
    'gitward: commit secrets and model files to git safely',
    '',
    'usage: gitward [-C DIR] COMMAND …',
    '',
    ...columns(shown.map(({ name, summary }) => [name, summary])),
    '',
    'gitward COMMAND --help says more of each.',
  ].join('\n')
}

/** `gitward COMMAND --help`. */
export function commandHelp({ summary }: CommandRow, { synopsis, options, example }: Command): string {
  const rows = Object.entries({ ...options, ...GLOBAL_OPTIONS }).map(
    ([name, spec]) => [spelling(name, spec), spec.help] as const,
  )
  return [
    `usage: gitward ${synopsis}`,
    '',
    summary,
    '',
    ...columns(rows),
    '',
    'example:',
    `  ${example}`,
  ].join('\n')
}

/** `-q, --quiet`, `--scope S`, `--whole[=FORM]`. */
export function spelling(name: string, { kind, short, value = 'VALUE' }: OptionSpec): string {
  const long =
    kind === 'flag' ? `--${name}` : kind === 'optional' ? `--${name}[=${value}]` : `--${name} ${value}`
  return short === undefined ? long : `-${short}, ${long}`
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
