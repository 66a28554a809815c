import { utf8, type Bytes } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import { readInput } from '../flows/disk.ts'
import type { CommandInput, OptionTable, Typed } from './command.ts'
import { isAtTerminal, readSecret } from './prompt.ts'
import { readStandardInputBytes } from './standard-input.ts'

/** What a person hands to a command, and never as an argument: every process can read those. */
const SECRETS = ['password', 'key'] as const
export type Secret = (typeof SECRETS)[number]

const SOURCES = ['stdin', 'file', 'env'] as const
type Source = (typeof SOURCES)[number]

export const secretOptions = (secret: Secret): OptionTable => ({
  [`${secret}-stdin`]: { kind: 'flag', help: `read the ${secret} from standard input` },
  [`${secret}-file`]: { kind: 'value', value: 'F', help: `read the ${secret} from a file` },
  [`${secret}-env`]: {
    kind: 'value',
    value: 'NAME',
    help: `read the ${secret} from this environment variable`,
  },
})

/**
 * The secret, from the one place that was typed.
 * @throws {GitwardError} USAGE if none, several or those of another secret were typed, or it is empty.
 */
export async function secretOf(command: string, secret: Secret, input: CommandInput): Promise<Bytes> {
  const usage = (problem: string) =>
    new GitwardError('USAGE', `${command}: ${problem}`, { hint: `gitward ${command} --help` })
  const { typed } = input
  const stray = SECRETS.filter(each => each !== secret).flatMap(each => sourcesOf(typed, each))[0]
  if (stray !== undefined) throw usage(`this takes a ${secret}: ${stray.option} is for something else`)
  const [given, ...more] = sourcesOf(typed, secret)
  if (!given || more.length > 0)
    throw usage(
      `say once where the ${secret} is: --${secret}-stdin, --${secret}-file F or --${secret}-env NAME`,
    )
  const bytes = await readers[given.source](secret, input)
  if (bytes === null) throw usage(`there is no environment variable ${typed.value(given.option.slice(2))}`)
  if (bytes.length === 0) throw usage(`the ${secret} is empty`)
  return bytes
}

const sourcesOf = (typed: Typed, secret: Secret): { source: Source; option: string }[] =>
  SOURCES.filter(source => typed.flag(`${secret}-${source}`)).map(source => ({
    source,
    option: `--${secret}-${source}`,
  }))

type Reader = (secret: Secret, input: CommandInput) => Promise<Bytes> | Bytes | null

const readers: Readonly<Record<Source, Reader>> = {
  stdin: async secret =>
    isAtTerminal() ? utf8(await readSecret(`${secret}: `)) : withoutLineEnd(secret, readStandardInputBytes()),
  file: (secret, { typed }) => withoutLineEnd(secret, readInput(typed.value(`${secret}-file`)!)),
  env(secret, { typed, surroundings }) {
    const value = surroundings.env[typed.value(`${secret}-env`)!]
    return value === undefined ? null : utf8(value)
  },
}

/** What an editor or echo puts behind a password is not part of it; the bytes of a key may end in any byte. */
function withoutLineEnd(secret: Secret, bytes: Bytes): Bytes {
  if (secret === 'key' || bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}
