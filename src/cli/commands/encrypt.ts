import { GitwardError } from '../../core/errors.ts'
import { encryptFile, type EncryptOptions } from '../../flows/files/encrypt.ts'
import type { Command, Typed } from '../command.ts'
import { fileEffects, JOBS_OPTION } from '../file-effects.ts'
import { audienceOf, RECIPIENT_OPTIONS } from '../recipient-options.ts'
import { SIGN_OPTIONS, signingOf } from '../signature-options.ts'

export const command: Command = {
  synopsis:
    'encrypt FILE|- [-o OUT|-] [-r RECIPIENT]… [-R FILE]… [--passphrase] [--scope S] [--format binary|json] [--sign KEY [--name NAME] [--round N] [--context TEXT]] [--jobs N] [--force]',
  options: {
    output: {
      kind: 'value',
      short: 'o',
      value: 'OUT',
      help: 'where to write; - for standard output (default: FILE.gitward)',
    },
    ...RECIPIENT_OPTIONS,
    passphrase: { kind: 'flag', help: 'make a portable file that opens with a passphrase' },
    format: {
      kind: 'value',
      value: 'FORMAT',
      oneOf: ['binary', 'json'],
      help: 'binary (default), or one JSON line',
    },
    ...SIGN_OPTIONS,
    ...JOBS_OPTION,
    force: { kind: 'flag', help: 'overwrite OUT' },
  },
  operands: [1, 1],
  example: 'gitward encrypt model.onnx -o model.onnx.gitward',
  async run(input) {
    const { typed, print } = input
    const [file] = typed.operands
    const options = optionsOf(typed)
    assertNoTerminal(file!, options)
    const output = await encryptFile(fileEffects(input), file!, options)
    if (output !== '-') print.note(`wrote ${output}${options.signing ? ` and ${output}.sig` : ''}`)
    return undefined
  },
}

function optionsOf(typed: Typed): EncryptOptions {
  const audience = audienceOf('encrypt', typed, typed.flag('passphrase'))
  const isPortable = audience.scope === null
  const format = typed.value('format') === 'json' ? 'json' : 'binary'
  const signing = signingOf('encrypt', typed)
  if (signing && format === 'json') throw usage('only binary envelopes are signed')
  if (isPortable && format === 'json')
    throw usage('portable files are binary: --format json needs a repository')
  return {
    ...audience,
    format,
    output: typed.value('output'),
    force: typed.flag('force'),
    signing,
  }
}

function assertNoTerminal(file: string, { output, format }: EncryptOptions): void {
  const toStandardOutput = output === '-' || (file === '-' && output === undefined)
  if (toStandardOutput && format === 'binary' && process.stdout.isTTY)
    throw usage('a terminal cannot show a binary file: write to a file with -o, or into a pipe')
}

const usage = (problem: string) =>
  new GitwardError('USAGE', `encrypt: ${problem}`, { hint: 'gitward encrypt --help' })
