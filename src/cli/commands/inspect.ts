import { shellWord } from '../../core/shell-word.ts'
import { inspectFile, type Inspection } from '../../flows/files/inspect.ts'
import type { Command } from '../command.ts'
import { size } from '../progress.ts'

const KINDS: Readonly<Record<Inspection['kind'], string>> = {
  portable: 'portable file: opens with an age identity or a passphrase',
  repository: 'repository file: opens with an epoch key of its repository',
  json: 'JSON envelope: opens with an epoch key of its repository',
  token: 'value token: opens at its place in its repository',
  values: 'text with encrypted values',
  epoch: 'epoch key, wrapped for the members of a scope',
  age: 'age file',
  opened: 'opened copy of a protected file: git stores ciphertext',
  plain: 'not encrypted by gitward',
}

export const command: Command = {
  synopsis: 'inspect FILE [--json]',
  options: { json: { kind: 'flag', help: 'the same as one object' } },
  operands: [1, 1],
  example: 'gitward inspect model.onnx.gitward',
  async run({ typed, surroundings, print }) {
    const [file] = typed.operands
    const found = await inspectFile(surroundings, file!)
    if (typed.flag('json')) print.json({ file, ...found })
    else for (const [name, value] of rows(found)) print.line(`${name.padEnd(11)} ${value}`)
    return undefined
  },
}

function rows(found: Inspection): (readonly [string, string])[] {
  const { kind, stored, suite, kids, recipients, generation, tokens, bytes, plaintextBytes } = found
  const all: (readonly [string, string | undefined])[] = [
    ['kind', KINDS[kind]],
    ['stored', stored && `git cat-file blob ${shellWord(stored)}`],
    ['suite', suite],
    ['key', kids?.join(', ')],
    [
      'recipients',
      recipients && (recipients.length > 0 ? counted(recipients) : 'unknown: no keyslot is whole'),
    ],
    ['generation', generation?.toString()],
    ['tokens', tokens?.toString()],
    ['size', sizes(bytes, plaintextBytes)],
  ]
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
}

/** `2 × X25519, 1 × passphrase`. */
const counted = (words: readonly string[]): string =>
  [...new Set(words)].map(word => `${words.filter(each => each === word).length} × ${word}`).join(', ')

function sizes(bytes: number, plaintextBytes: number | undefined): string {
  const whole = bytes < 1024 ? size(bytes) : `${size(bytes)} (${bytes} bytes)`
  return plaintextBytes === undefined ? whole : `${whole}, ${plaintextBytes} bytes when opened`
}
