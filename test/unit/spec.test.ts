import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { base64 } from '../../src/core/base64.ts'
import { concat, lengthPrefixed, toHex, u64be, utf8, type Bytes } from '../../src/core/bytes.ts'
import type { EpochKey } from '../../src/crypto/epoch-key.ts'
import { goldenFile } from '../tools/golden/read.ts'
import { KEY, OTHER_KEY, REPO } from '../tools/keys.ts'

const spec = readFileSync(path.resolve(import.meta.dirname, '../../docs/SPEC.md'), 'utf8')

/** The worked examples: fenced blocks that say what they show, "```hex FILE VECTOR FIELD". */
const examples = Array.from(
  spec.matchAll(/^```(hex|text) (\S+) (\S+) (\S+)\n(.*?)\n```$/gms),
  ([, as, file, vector, field, shown]) => ({
    as,
    file: file!,
    vector: vector!,
    field: field!,
    shown: shown!,
  }),
)

const mac = (key: Bytes, ...parts: Bytes[]) =>
  createHmac('sha256', key)
    .update(concat(...parts))
    .digest()
const named = (text: string) => lengthPrefixed(utf8(text))
const MEMBERS = ['alice', 'age1alice', 'build', 'age1build'].map(named)

const membersOf = (key: EpochKey, epoch: number) =>
  mac(
    key.subkey('members'),
    named('gitward/v1/members'),
    lengthPrefixed(REPO),
    named('default'),
    u64be(epoch),
    ...MEMBERS,
  )
const prev = mac(
  KEY.subkey('epoch-chain'),
  lengthPrefixed(REPO),
  named('default'),
  u64be(2),
  lengthPrefixed(OTHER_KEY.fingerprint),
)

const EPOCH_EXAMPLES: Record<string, string> = {
  '1 members': toHex(membersOf(KEY, 1)),
  '2 members': toHex(membersOf(OTHER_KEY, 2)),
  '2 prev': toHex(prev),
  '2 payload': [
    'gitward-key/v1',
    `repo ${base64(REPO)}`,
    'scope default',
    'epoch 2',
    `key ${base64(OTHER_KEY.secret)}`,
    `members ${base64(membersOf(OTHER_KEY, 2))}`,
    `prev ${base64(prev)}`,
  ].join('\n'),
}

function expected(file: string, name: string, field: string): string | undefined {
  if (file === 'epoch') return EPOCH_EXAMPLES[`${name} ${field}`]
  const vector = goldenFile(file).vectors.find(each => each.name === name)
  if (field !== 'envelope') return vector?.steps?.[field]
  if (file !== 'file-envelope.json') return vector?.envelope.trimEnd()
  return Buffer.from(vector!.envelope, 'base64').toString('hex')
}

describe('docs/SPEC.md', () => {
  it('shows examples of every format', () => {
    const shown = examples.map(({ file, field }) => `${file} ${field}`)
    for (const file of ['token.json', 'json-envelope.json', 'file-envelope.json', 'signature.json'])
      expect(shown).toContain(`${file} envelope`)
    expect(shown).toContain('epoch payload')
  })

  it('has no fenced block that is not checked', () => {
    expect(spec.match(/^```\S/gm)).toHaveLength(examples.length)
  })

  it.each(examples)('$file $vector: $field is as shown', ({ as, file, vector, field, shown }) => {
    const value = as === 'hex' ? shown.replaceAll(/\s/g, '') : shown
    expect(value).toBe(expected(file, vector, field))
  })

  it('lists every subkey label that the code knows', () => {
    const source = readFileSync(path.resolve(import.meta.dirname, '../../src/crypto/epoch-key.ts'), 'utf8')
    const labels = Array.from(source.matchAll(/^ {2}\| '([^']+)'$/gm), match => match[1]!)
    expect(labels).toHaveLength(10)
    for (const label of labels) expect(spec).toContain(`| \`gitward/v1/${label}\` | HKDF info`)
  })

  it('every link to a section finds it', () => {
    const slug = (heading: string) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-')
    const anchors = new Set(Array.from(spec.matchAll(/^#+ (.+)$/gm), match => slug(match[1]!)))
    const links = Array.from(spec.matchAll(/\]\(#([^)]+)\)/g), match => match[1]!)
    expect(links.length).toBeGreaterThan(0)
    expect(links.filter(link => !anchors.has(link))).toEqual([])
  })
})
