import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { epochKey, type EpochKey } from '../../../src/crypto/epoch-key.ts'
import { openChunks } from '../../../src/crypto/cobblestone.ts'
import { fileContext } from '../../../src/envelope/file-header.ts'
import { openFile, openMessage, parseFileEnvelope } from '../../../src/envelope/file.ts'
import { openJson, parseJsonEnvelope } from '../../../src/envelope/json.ts'
import { currentSlot, parseKeyslots } from '../../../src/envelope/keyslots.ts'
import { parseSignature, signedMessage } from '../../../src/envelope/signature.ts'
import { openToken, parseToken } from '../../../src/envelope/token.ts'
import { unwrapDataKey } from '../../../src/keys/data-key.ts'
import { recipientOf } from '../../../src/keys/identities.ts'
import { goldenFile, goldenText } from '../../tools/golden/read.ts'
import { goldenFiles, spelled } from '../../tools/golden/table.ts'
import type { Outcome, Vector } from '../../tools/golden/vector.ts'

/** One kind of envelope: its form, the kid that stands in it, and how it opens under a key. */
type Read = (vector: Vector) => { readonly kid: Bytes; readonly open: (key: EpochKey) => Bytes }

const readToken: Read = ({ envelope, pointer }) => {
  const token = parseToken(envelope)
  if (!token) throw new GitwardError('MALFORMED', 'no token')
  return { kid: token.kid, open: key => openToken(key, token, pointer!) }
}

const readJson: Read = ({ envelope }) => {
  const json = parseJsonEnvelope(utf8(envelope))
  return { kid: json.kid, open: key => openJson(key, json) }
}

const readFile: Read = ({ envelope }) => {
  const file = parseFileEnvelope(Uint8Array.from(Buffer.from(envelope, 'base64')))
  return { kid: file.kid, open: key => openFile(key, file) }
}

const portableOf = (envelope: string) => {
  const file = parseFileEnvelope(Uint8Array.from(Buffer.from(envelope, 'base64')))
  const slot = file.portable ? currentSlot(parseKeyslots(file.keyslots)) : null
  if (!slot) throw new GitwardError('MALFORMED', 'no keyslot')
  return { file, slot }
}

const readPortable: Read = ({ envelope }) => {
  const { file } = portableOf(envelope)
  const open = ({ secret }: EpochKey) => {
    const message = { inputKey: secret, salt: file.salt, context: fileContext(file.header) }
    const plaintext = openChunks(openMessage(message, file), file.chunks)
    if (!plaintext) throw new GitwardError('TAMPERED', 'a chunk')
    return plaintext
  }
  return { kid: file.kid, open }
}

/** No key opens a signature: what it is over stands in for the plaintext. */
const readSignature: Read = ({ envelope, key, repo }) => {
  const signature = parseSignature(utf8(envelope))
  const { kid } = epochKey(fromHex(key)!, fromHex(repo)!)
  return { kid, open: () => signedMessage(signature) }
}

const READERS: Record<string, Read> = {
  'token.json': readToken,
  'json-envelope.json': readJson,
  'file-envelope.json': readFile,
  'portable-file.json': readPortable,
  'signature.json': readSignature,
}

const OUTCOMES: Partial<Record<GitwardError['code'], Outcome>> = {
  MALFORMED: 'malformed',
  UNSUPPORTED_VERSION: 'unsupported-version',
  UNKNOWN_KEY: 'unknown-key',
  WRONG_KEY: 'unknown-key',
  WRONG_SCOPE: 'wrong-scope',
  TAMPERED: 'tag-mismatch',
  MOVED: 'moved',
}

/** The scope rule: the kid must belong to the scope that the policy gives the path. */
function assertScope(kid: Bytes, { scope, kids }: Vector): void {
  if (!kids) return
  const owner = kids[toHex(kid)]
  if (owner === undefined) throw new GitwardError('UNKNOWN_KEY', 'a kid of no scope')
  if (owner !== scope) throw new GitwardError('WRONG_SCOPE', `a kid of ${owner}`)
}

function outcomeOf(vector: Vector, read: Read): { outcome: Outcome | undefined; plaintext?: Bytes } {
  try {
    const { kid, open } = read(vector)
    assertScope(kid, vector)
    return { outcome: 'success', plaintext: open(epochKey(fromHex(vector.key)!, fromHex(vector.repo)!)) }
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    return { outcome: OUTCOMES[error.code] }
  }
}

const sha256 = (bytes: Bytes) => createHash('sha256').update(bytes).digest('hex')

describe.each(Object.entries(READERS))('golden vectors %s', (name, read) => {
  it('are what this backend makes, byte for byte', () => {
    expect(spelled(goldenFiles()[name]!) === goldenText(name)).toBe(true)
  })

  it.each(goldenFile(name).vectors)('$name: $comment: $outcome', vector => {
    const { outcome, plaintext } = outcomeOf(vector, read)
    expect(outcome).toBe(vector.outcome)
    expect(plaintext && sha256(plaintext)).toBe(
      vector.plaintext === undefined ? vector.plaintextSha256 : sha256(fromHex(vector.plaintext)!),
    )
  })

  it('have names of their own, and a plaintext exactly where they open', () => {
    const { vectors } = goldenFile(name)
    expect(new Set(vectors.map(vector => vector.name)).size).toBe(vectors.length)
    const opens = (vector: Vector) => (vector.plaintext ?? vector.plaintextSha256) !== undefined
    expect(vectors.filter(vector => opens(vector) !== (vector.outcome === 'success'))).toEqual([])
  })
})

it.each(goldenFile('portable-file.json').vectors.filter(({ identity }) => identity !== undefined))(
  'portable-file.json $name: the identity opens the data key',
  async ({ identity, key, envelope }) => {
    const identities = [`AGE-SECRET-KEY-${identity}`]
    const opened = await unwrapDataKey(portableOf(envelope).slot.age, { identities })
    expect(opened && toHex(opened.key)).toBe(key)
    const recipient = await recipientOf(identities[0]!, 'the vector')
    expect(opened?.recipients).toEqual([recipient])
  },
)

it('the golden files are those that have a reader', () => {
  expect(Object.keys(goldenFiles())).toEqual(Object.keys(READERS))
})
