import path from 'node:path'
import { decodeUtf8 } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { setInFile } from '../../flows/values/change.ts'
import { readInput } from '../../flows/disk.ts'
import { valueAddressIn } from '../../flows/values/work-file.ts'
import type { Command, CommandInput } from '../command.ts'
import { isAtTerminal, readSecret } from '../prompt.ts'
import { readStandardInputBytes } from '../standard-input.ts'
import { printStored } from './stored.ts'

export const command: Command = {
  synopsis: 'set FILE:POINTER [VALUE|--stdin|--file F]',
  options: {
    stdin: { kind: 'flag', help: 'read the value from standard input, without a last line break' },
    file: { kind: 'value', value: 'F', help: 'read the value from a file, every byte of it' },
  },
  operands: [1, 2],
  secretOperands: true,
  example: 'gitward set config/prod.yaml:db.password',
  async run(input) {
    const { typed, surroundings, print } = input
    const { file, pointer } = valueAddressIn(surroundings.cwd, typed.operands[0]!, 'set')
    const value = await valueFrom(input)
    const changed = await setInFile(surroundings, file, pointer, value)
    printStored(print, file, changed, changed.isNew ? 'added' : 'set')
    if (!changed.isProtected)
      print.warn(`${file}: ${changed.path} is not protected: git would store it as plaintext`)
    return undefined
  },
}

/** The one source that was named; the terminal if none was. */
async function valueFrom({ typed, surroundings, print }: CommandInput): Promise<string> {
  const argument = typed.operands[1]
  const file = typed.value('file')
  const named = [argument !== undefined, typed.flag('stdin'), file !== undefined].filter(Boolean).length
  if (named > 1) throw usage('a value comes from one of VALUE, --stdin and --file')
  if (argument !== undefined) {
    print.warn(
      'process lists and your shell history show arguments: next time use --stdin, or type it when asked',
    )
    return argument
  }
  if (typed.flag('stdin')) return asText('standard input', readStandardInputBytes()).replace(/\r?\n$/, '')
  if (file !== undefined) return asText(file, readInput(path.resolve(surroundings.cwd, file)))
  if (isAtTerminal()) return readSecret('value (not shown): ')
  throw usage('say where the value comes from: VALUE, --stdin or --file')
}

function asText(source: string, bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw usage(`${source} is not UTF-8 text`)
  return text
}

const usage = (problem: string) =>
  new GitwardError('USAGE', `set: ${problem}`, { hint: 'gitward set --help' })
