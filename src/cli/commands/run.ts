import { GitwardError } from '../../core/errors.ts'
import { runWith } from '../../flows/values/run.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'run [-f FILE]… [--redact] -- CMD [ARG]…',
  options: {
    file: {
      kind: 'list',
      short: 'f',
      value: 'FILE',
      help: 'where the values come from (default: .env); later files win; db.password becomes DB_PASSWORD',
    },
    redact: { kind: 'flag', help: 'mask protected values in what CMD writes' },
  },
  operands: [1, Infinity],
  example: 'gitward run -f config/prod.yaml -- npm start',
  async run({ typed, surroundings, print }) {
    const { status, problem } = await runWith(surroundings, typed.operands, {
      files: typed.list('file'),
      redact: typed.flag('redact'),
    })
    if (problem instanceof GitwardError) print.error(problem)
    return status
  },
}
