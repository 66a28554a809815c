import { GitwardError } from '../../core/errors.ts'
import { envFormats } from '../../flows/values/env-formats.ts'
import { readVariables } from '../../flows/values/variables.ts'
import { writeAll } from '../../flows/streams.ts'
import type { Command } from '../command.ts'

export const command: Command = {
  synopsis: 'env [-f FILE]… --format shell|json|dotenv|github|powershell',
  options: {
    file: {
      kind: 'list',
      short: 'f',
      value: 'FILE',
      help: 'where the values come from (default: .env); later files win; db.password becomes DB_PASSWORD',
    },
    format: {
      kind: 'value',
      value: 'FORMAT',
      oneOf: envFormats.map(({ name }) => name),
      help: 'who will read it; github: >> "$GITHUB_ENV", while the masks go to standard error',
    },
  },
  operands: [0, 0],
  example: 'gitward env -f config/prod.yaml --format dotenv',
  async run({ typed, surroundings, print }) {
    const format = envFormats.find(({ name }) => name === typed.value('format'))
    if (!format)
      throw new GitwardError(
        'USAGE',
        `env: --format is one of ${envFormats.map(({ name }) => name).join(', ')}`,
        {
          hint: 'gitward env --format shell',
        },
      )
    const variables = await readVariables(surroundings, typed.list('file'))
    writeAll(2, Buffer.from(format.commands?.(variables) ?? ''))
    print.data(Buffer.from(format.write(variables)))
    return undefined
  },
}
