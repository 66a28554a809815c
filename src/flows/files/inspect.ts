import path from 'node:path'
import { decodeUtf8, toHex, type Bytes } from '../../core/bytes.ts'
import { hasCode } from '../../core/errors.ts'
import { shown } from '../../core/path.ts'
import type { FileHeader } from '../../envelope/file-header.ts'
import { currentSlot, parseKeyslots } from '../../envelope/keyslots.ts'
import { parseToken, tokensIn } from '../../envelope/token.ts'
import { readAgeHeader } from '../../keys/age-header.ts'
import { parseEpochFileName } from '../../keys/epoch.ts'
import { decodeArmored } from '../../keys/wrap.ts'
import { inRepository, type Surroundings } from '../context.ts'
import { followed } from '../disk.ts'
import { status } from '../status/status.ts'
import { withInput, type InputFile } from './input.ts'
import { frameOf, jsonPlaintextLength } from './json.ts'
import { kindOf } from './kind.ts'
import { broken, FETCH_AGAIN } from './open-envelope.ts'

/** What a file is, by its form: nothing in it is authenticated. */
export interface Inspection {
  readonly kind:
    | 'portable'
    | 'repository'
    | 'json'
    | 'token'
    | 'values'
    | 'epoch'
    | 'age'
    | 'opened'
    | 'plain'
  /** What git stores for a file that is open in the work tree, as `git cat-file blob` takes it. */
  readonly stored?: string
  /** The cipher. */
  readonly suite?: string
  /** Ids of the epoch keys that it names, in hex. */
  readonly kids?: readonly string[]
  /** How each recipient of an age header opens it. */
  readonly recipients?: readonly string[]
  /** How often the recipients of a portable file were written; null if no keyslot is whole. */
  readonly generation?: number | null
  readonly tokens?: number
  /** Bytes of the file, and of what was sealed. */
  readonly bytes: number
  readonly plaintextBytes?: number
}

const COBBLESTONE = 'Cobblestone-256'
const XAES = 'XAES-256-GCM'
const MAX_TEXT_BYTES = 1 << 26

/** Needs no key. @throws {GitwardError} MALFORMED or UNSUPPORTED_VERSION for a broken envelope. */
export async function inspectFile(surroundings: Surroundings, file: string): Promise<Inspection> {
  const found = await withInput(file, async input => ({ ...(await inspected(input)), bytes: input.length }))
  const stored = found.kind === 'plain' ? await storedSealed(surroundings, file) : null
  return stored === null ? found : { ...found, kind: 'opened', stored }
}

/** Where the index holds ciphertext for this file; null if it does not, or there is no repository with a policy. */
async function storedSealed(surroundings: Surroundings, file: string): Promise<string | null> {
  const real = followed(path.resolve(surroundings.cwd, file), file)
  try {
    const context = inRepository({ ...surroundings, cwd: path.dirname(real) })
    const { found } = await status(context, [real])
    const [here] = found
    return here && found.some(({ state }) => state === 'sealed') ? `:${shown(here.path)}` : null
  } catch (error) {
    if (hasCode(error, 'GIT', 'CONFIG', 'USAGE')) return null // what the file is was said without them
    throw error
  }
}

async function inspected(input: InputFile): Promise<Omit<Inspection, 'bytes'>> {
  const what = kindOf(input)
  if (what.kind === 'broken') throw broken(what.reason, input.name, FETCH_AGAIN)
  if (what.kind === 'file') return ofFile(what.header)
  if (what.kind === 'json') return ofJson(input)
  if (input.length > MAX_TEXT_BYTES) return { kind: 'plain' }
  const bytes = input.start(input.length)
  return (await ofAge(input.name, bytes)) ?? ofText(bytes)
}

function ofFile({ portable, kid, keyslots, length: plaintextBytes }: FileHeader): Omit<Inspection, 'bytes'> {
  if (!portable) return { kind: 'repository', suite: COBBLESTONE, kids: [toHex(kid)], plaintextBytes }
  const slot = currentSlot(parseKeyslots(keyslots))
  return {
    kind: 'portable',
    suite: COBBLESTONE,
    recipients: (slot && readAgeHeader(slot.age)?.kinds) ?? [],
    generation: slot && Number(slot.generation),
    plaintextBytes,
  }
}

function ofJson(input: InputFile): Omit<Inspection, 'bytes'> {
  const { kid } = frameOf(input)
  return { kind: 'json', suite: XAES, kids: [toHex(kid)], plaintextBytes: jsonPlaintextLength(input) }
}

async function ofAge(name: string, bytes: Bytes): Promise<Omit<Inspection, 'bytes'> | null> {
  const header = readAgeHeader((await decodeArmored(bytes)) ?? bytes)
  if (!header) return null
  const epoch = parseEpochFileName(path.basename(name))
  return epoch
    ? { kind: 'epoch', kids: [toHex(epoch.kid)], recipients: header.kinds }
    : { kind: 'age', recipients: header.kinds }
}

function ofText(bytes: Bytes): Omit<Inspection, 'bytes'> {
  const whole = decodeUtf8(bytes)?.replace(/\r?\n$/, '')
  const tokens = tokensIn(bytes).flatMap(text => parseToken(text) ?? [])
  if (tokens.length === 0) return { kind: 'plain' }
  const kids = [...new Set(tokens.map(({ kid }) => toHex(kid)))]
  if (whole !== undefined && parseToken(whole)) return { kind: 'token', suite: XAES, kids }
  return { kind: 'values', suite: XAES, kids, tokens: tokens.length }
}
