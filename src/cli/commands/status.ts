import path from 'node:path'
import { printable } from '../../core/printable.ts'
import { inRepository } from '../../flows/context.ts'
import { shownPath } from '../../flows/setup/protect.ts'
import { status, type PathStatus } from '../../flows/status/status.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'status [PATH…] [--json|--porcelain]',
  options: {
    json: { kind: 'flag', help: 'a list of {path, pointer?, state}' },
    porcelain: {
      kind: 'flag',
      help: '`state TAB path NUL` for scripts; with PATH `state TAB path NUL pointer NUL`',
    },
  },
  operands: [0, Infinity],
  example: 'gitward status config/prod.yaml',
  async run({ typed, surroundings, print }) {
    const files = typed.operands.map(file => path.resolve(surroundings.cwd, file))
    const { found, remarks } = await status(inRepository(surroundings), files)
    if (typed.flag('json')) print.json(found.map(each => ({ ...each, path: shownPath(each.path) })))
    else if (typed.flag('porcelain')) for (const each of found) print.data(porcelain(each, files.length > 0))
    else for (const each of found) print.line(line(each))
    for (const remark of remarks) print.warn(remark)
    if (found.length === 0) print.note('no file of the index is protected: gitward protect PATTERN')
    return undefined
  },
}

const line = ({ path: file, pointer, state }: PathStatus): string =>
  [state.padEnd(16), shownPath(file), ...(pointer === undefined ? [] : [printable(pointer)])].join(' ')

/** Paths are bytes, pointers are UTF-8. */
function porcelain({ path: file, pointer = '', state }: PathStatus, isDetailed: boolean): Buffer {
  const record = Buffer.from(`${state}\t${file}\0`, 'latin1')
  return isDetailed ? Buffer.concat([record, Buffer.from(`${pointer}\0`)]) : record
}
