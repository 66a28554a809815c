import { GitwardError } from '../../core/errors.ts'
import { resealFile, type Crossing, type Resealed } from '../../flows/values/reseal.ts'
import type { Command, Typed } from '../command.ts'
import type { Printer } from '../print.ts'

export const command: Command = {
  synopsis: 'reseal FILE… [--from S --to S]',
  options: {
    from: { kind: 'value', value: 'S', help: 'the scope that the ciphertext is of' },
    to: { kind: 'value', value: 'S', help: 'the scope that the policy puts it into now' },
  },
  operands: [1, Infinity],
  example: 'gitward reseal --from dev --to prod config/prod.yaml',
  async run({ typed, surroundings, print }) {
    const crossing = crossingOf(typed)
    for (const file of typed.operands) printResealed(print, await resealFile(surroundings, file, crossing))
    return undefined
  },
}

function crossingOf(typed: Typed): Crossing | null {
  const [from, to] = [typed.value('from'), typed.value('to')]
  if (from !== undefined && to !== undefined) return { from, to }
  if (from === undefined && to === undefined) return null
  throw new GitwardError('USAGE', 'reseal: --from and --to go together', { hint: 'gitward reseal --help' })
}

function printResealed(print: Printer, { file, moved, storedAs }: Resealed): void {
  if (moved.length === 0) return print.note(`${file}: all ciphertext fits its place`)
  for (const { pointer, from, to } of moved) {
    const what = pointer === '' ? 'the file' : pointer
    const why =
      from === to ? `was sealed for another place of scope ${from}` : `crossed from scope ${from} to ${to}`
    print.note(`${file}: ${what} ${why}`)
  }
  print.note(
    storedAs === 'sealed' ? `sealed ${file} anew` : `opened ${file}; git add encrypts it for its place`,
  )
}
