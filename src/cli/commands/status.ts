import { inRepository } from '../../flows/context.ts'
import { shownPath } from '../../flows/setup/protect.ts'
import { status } from '../../flows/status.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'status [--json|--porcelain]',
  options: {
    json: { kind: 'flag', help: 'a list of {path, state}' },
    porcelain: { kind: 'flag', help: '`state TAB path NUL` for scripts' },
  },
  operands: [0, 0],
  example: 'gitward status',
  async run({ typed, surroundings, print }) {
    const paths = await status(inRepository(surroundings))
    if (typed.flag('json')) print.json(paths.map(({ path, state }) => ({ path: shownPath(path), state })))
    else if (typed.flag('porcelain'))
      print.data(Buffer.from(paths.map(({ path, state }) => `${state}\t${path}\0`).join(''), 'latin1'))
    else for (const { path, state } of paths) print.line(`${state.padEnd(16)} ${shownPath(path)}`)
    if (paths.length === 0) print.note('no file of the index is protected: gitward protect PATTERN')
    return undefined
  },
}
