import { mergeDriver } from '../../flows/merge/driver.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'merge-driver BASE OURS THEIRS MARKER-LENGTH PATH',
  options: {},
  operands: [5, 5],
  example: 'git config merge.gitward.driver "gitward merge-driver %O %A %B %L %P"',
  async run({ typed, surroundings }) {
    const [base, ours, theirs, markerLength, path] = typed.operands
    const files = {
      base: base!,
      ours: ours!,
      theirs: theirs!,
      markerLength: Number(markerLength),
      path: path!,
    }
    return (await mergeDriver(surroundings, files)) ? 0 : 1
  },
}
