import type { Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { FileEffects } from '../../flows/files/effects.ts'
import type { ImportOptions } from '../../flows/files/import.ts'
import { importAesCbc } from '../../flows/files/import-aes-cbc.ts'
import { importAesGcmJson } from '../../flows/files/import-aes-gcm-json.ts'
import type { Command, Typed } from '../command.ts'
import { fileEffects } from '../file-effects.ts'
import { meant } from '../parse.ts'
import { audienceOf, RECIPIENT_OPTIONS } from '../recipient-options.ts'
import { secretOf, secretOptions, type Secret } from '../secret-options.ts'

interface Importer {
  readonly name: string
  /** What opens it. */
  readonly secret: Secret
  run(effects: FileEffects, file: string, secret: Bytes, options: ImportOptions): Promise<void>
  /** What the old format could not promise. */
  readonly words: (file: string, output: string) => readonly string[]
}

const importers: readonly Importer[] = [
  {
    name: 'aes-cbc',
    secret: 'password',
    run: importAesCbc,
    words: (file, output) => [
      `${file} had no tag: whether it was damaged or changed, and whether the password was right, nobody can say; look into ${output} before you delete ${file}`,
      `its key was one SHA-256 of the password, so whoever has a copy can guess passwords as fast as they can hash; if the password was not random, count as known what it protected`,
    ],
  },
  {
    name: 'aes-gcm-json',
    secret: 'key',
    run: importAesGcmJson,
    words: file => [
      `${file} had a tag, and it verifies: these bytes were sealed under this key; by whom, when and as which file, nothing in it says`,
      `the old key still opens ${file} and everything else it sealed: change it where it is in use`,
    ],
  },
]

const FOR_WHOM = '[-r RECIPIENT]… [-R FILE]… [--scope S] [--force]'

export const command: Command = {
  synopsis: [
    `import aes-cbc FILE -o OUT --password-stdin|--password-file F|--password-env NAME ${FOR_WHOM}`,
    `import aes-gcm-json FILE -o OUT --key-stdin|--key-file F|--key-env NAME ${FOR_WHOM}`,
  ].join(' | '),
  options: {
    output: { kind: 'value', short: 'o', value: 'OUT', help: 'where to write the envelope' },
    ...secretOptions('password'),
    ...secretOptions('key'),
    ...RECIPIENT_OPTIONS,
    force: { kind: 'flag', help: 'overwrite OUT' },
  },
  operands: [2, 2],
  example: 'gitward import aes-cbc model.enc -o model.bin.gitward --password-stdin',
  async run(input) {
    const { typed, print } = input
    const [format, file] = typed.operands
    const importer = importerOf(format!)
    const options = optionsOf(typed)
    const secret = await secretOf('import', importer.secret, input)
    try {
      await importer.run(fileEffects(input), file!, secret, options)
    } finally {
      secret.fill(0)
    }
    print.note(`wrote ${options.output}`)
    for (const word of importer.words(file!, options.output)) print.warn(word)
    return undefined
  },
}

function importerOf(name: string): Importer {
  const importer = importers.find(each => each.name === name)
  if (importer) return importer
  const names = importers.map(each => each.name)
  throw usage(`unknown format ${name}${meant(name, names)}; there are ${names.join(' and ')}`)
}

function optionsOf(typed: Typed): ImportOptions {
  const output = typed.value('output')
  if (output === undefined) throw usage('say where to write with -o OUT')
  return { ...audienceOf('import', typed, false), output, force: typed.flag('force') }
}

const usage = (problem: string) =>
  new GitwardError('USAGE', `import: ${problem}`, { hint: 'gitward import --help' })
