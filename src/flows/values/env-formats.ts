import { randomBytes } from 'node:crypto'
import { quoted } from '../../core/shell-word.ts'
import { encodings } from '../../formats/dotenv-editor.ts'
import type { Variables } from './variables.ts'

/** One way to hand variables to another program. */
export interface EnvFormat {
  readonly name: string
  /** For standard output. */
  write(variables: Variables): string
  /** For standard error, before anything else: GitHub reads its commands there too. */
  commands?(variables: Variables): string
}

const lines = ({ values }: Variables, line: (name: string, value: string) => string): string =>
  Array.from(values, ([name, value]) => `${line(name, value)}\n`).join('')

/** PowerShell takes the typographic quotes for `'` as well; each stands for itself when doubled. */
const inPowerShell = (value: string): string => `'${value.replaceAll(/['\u2018-\u201b]/g, '$&$&')}'`

/** The delimiter is random, so no value can hold it on purpose, and none does by chance. */
function githubAssignment(name: string, value: string): string {
  const delimiter = `gitward_${randomBytes(16).toString('hex')}`
  return value.includes(delimiter)
    ? githubAssignment(name, value)
    : [`${name}<<${delimiter}`, value, delimiter].join('\n')
}

/** GitHub masks single lines only. */
const githubMasks = ({ secrets }: Variables): string =>
  [...new Set(secrets.flatMap(secret => secret.split(/\r\n|\r|\n/)))]
    .filter(line => line.trim() !== '')
    .map(line => `::add-mask::${line.replaceAll('%', '%25')}\n`)
    .join('')

export const envFormats: readonly EnvFormat[] = [
  {
    name: 'shell',
    write: variables => lines(variables, (name, value) => `export ${name}=${quoted(value)}`),
  },
  {
    name: 'json',
    write: ({ values }) => `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`,
  },
  {
    name: 'dotenv',
    write: variables => lines(variables, (name, value) => `${name}=${firstOf(encodings(value, null))}`),
  },
  { name: 'github', write: variables => lines(variables, githubAssignment), commands: githubMasks },
  {
    name: 'powershell',
    write: variables => lines(variables, (name, value) => `$env:${name} = ${inPowerShell(value)}`),
  },
]

function firstOf<T>(items: Iterable<T>): T {
  const [first] = items
  return first!
}
