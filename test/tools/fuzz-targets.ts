import { closeSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { decodeUtf8, sameBytes, utf8, type Bytes } from '../../src/core/bytes.ts'
import { GitwardError } from '../../src/core/errors.ts'
import { gitPathOf } from '../../src/core/path.ts'
import { formatToken, openToken, parseToken, sealToken } from '../../src/envelope/token.ts'
import { recognise } from '../../src/envelope/recognise.ts'
import { parseFileEnvelope, sealFile } from '../../src/envelope/file.ts'
import { currentSlot, parseKeyslots, slotWrites } from '../../src/envelope/keyslots.ts'
import { formatSignature, parseSignature } from '../../src/envelope/signature.ts'
import { sealJson } from '../../src/envelope/json.ts'
import { locateValues } from '../../src/flows/filter/located.ts'
import { openFile, openJson } from '../../src/flows/library/envelopes.ts'
import { serveFilter } from '../../src/git/filter-protocol.ts'
import { formats, loadFormat } from '../../src/formats/table.ts'
import { noneSealed, type Format, type IsSealed } from '../../src/formats/format.ts'
import { formatEpochRecord, parseEpochRecord } from '../../src/keys/epoch.ts'
import { parseIdentities } from '../../src/keys/identities.ts'
import { formatKeyring, parseKeyring, parseSuppliedKeys } from '../../src/keys/keyring.ts'
import { formatRecipients, parseRecipients } from '../../src/keys/recipients.ts'
import { compileGlob } from '../../src/policy/globs.ts'
import { parsePolicy } from '../../src/policy/parse.ts'
import { compilePattern } from '../../src/policy/patterns.ts'
import { compilePolicy, protectionOf } from '../../src/policy/policy.ts'
import { formatBaseline, parseBaseline } from '../../src/scan/baseline.ts'
import { rules } from '../../src/scan/rules/table.ts'
import { scan } from '../../src/scan/scanner.ts'
import { KEY } from './keys.ts'
import { SEEDS } from './fuzz-seeds.ts'

/** Whatever reads bytes that somebody else wrote. */
export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Bytes[]
  /** Reads `bytes`. @throws {GitwardError} if it refuses them; anything else is a bug. */
  read(bytes: Bytes): void | Promise<void>
}

/** Where this bundle lies: gone when the fuzzer ends. */
const FOLDER = import.meta.dirname

class BrokenLaw extends Error {}

function law(title: string, holds: boolean): void {
  if (!holds) throw new BrokenLaw(title)
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function textOf(bytes: Bytes): string {
  const text = decodeUtf8(bytes)
  if (text === null) throw new GitwardError('MALFORMED', 'not UTF-8')
  return text
}

function readToken(bytes: Bytes): void {
  const text = textOf(bytes)
  const token = parseToken(text)
  if (!token) throw new GitwardError('MALFORMED', 'no token')
  law('a token has one spelling', formatToken(token) === text)
  law('what opens was sealed', sealToken(KEY, '/db/password', openToken(KEY, token, '/db/password')) === text)
}

function readEnvelope(bytes: Bytes): void {
  const what = recognise(bytes)
  if (what.kind === 'malformed' || what.kind === 'unsupported') throw what.reason
  if (what.kind === 'plain' || what.kind === 'portable') throw new GitwardError('MALFORMED', what.kind)
  const [open, seal] = what.kind === 'file' ? [openFile, sealFile] : [openJson, sealJson]
  law('what opens was sealed', sameBytes(seal(KEY, open(KEY, bytes)), bytes))
}

function readPortable(bytes: Bytes): void {
  const file = parseFileEnvelope(bytes)
  if (!file.portable) throw new GitwardError('MALFORMED', 'a repository file')
  const slots = parseKeyslots(file.keyslots)
  const current = currentSlot(slots)
  const writes = slotWrites(slots, current?.age ?? bytes.subarray(0, 64)) ?? []
  law(
    'a slot is written inside the area',
    writes.every(write => write.at + write.bytes.length <= file.keyslots.length),
  )
  if (!current) throw new GitwardError('MALFORMED', 'no slot')
}

function readSignature(bytes: Bytes): void {
  law('a signature has one spelling', formatSignature(parseSignature(bytes)) === textOf(bytes))
}

function readEpoch(bytes: Bytes): void {
  const text = textOf(bytes)
  law('an epoch record has one spelling', formatEpochRecord(parseEpochRecord(text)) === text)
}

function readRecipients(bytes: Bytes): void {
  const recipients = parseRecipients(textOf(bytes), 'default')
  law(
    'recipients are written as read',
    same(parseRecipients(formatRecipients(recipients), 'default'), recipients),
  )
}

function readKeys(bytes: Bytes): void {
  const text = textOf(bytes)
  try {
    const keyring = parseKeyring(text)
    law(
      'a keyring is written as read',
      formatKeyring(parseKeyring(formatKeyring(keyring))) === formatKeyring(keyring),
    )
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
  }
  parseSuppliedKeys(text, 'here').map(({ secret }) => law('a key has 32 bytes', secret.length === 32))
}

function readPolicy(bytes: Bytes): void {
  const policy = compilePolicy(parsePolicy(textOf(bytes)))
  protectionOf(policy, gitPathOf('config/prod/a.yaml'))
  law('a compiled policy is plain data', same(JSON.parse(JSON.stringify(policy)), policy))
}

function readPatterns(bytes: Bytes): void {
  const text = textOf(bytes)
  new RegExp(compilePattern(text)).test(`${'a/'.repeat(50)}${'a'.repeat(100)}`)
  compileGlob(text)
}

function readBaseline(bytes: Bytes): void {
  const entries = parseBaseline(textOf(bytes))
  law(
    'a baseline is written as read',
    formatBaseline(parseBaseline(formatBaseline(entries))) === formatBaseline(entries),
  )
}

function scanBytes(bytes: Bytes): void {
  for (const { start, end } of scan(bytes, {
    rules,
    fingerprint: () => '',
    isNotebook: bytes.length % 2 === 0,
  }))
    law('a finding is inside the file', 0 <= start && start <= end && end <= bytes.length)
}

/** As git would speak to the filter, over a file in place of its pipe. */
async function serve(bytes: Bytes): Promise<void> {
  const [input, output] = [path.join(FOLDER, 'input'), path.join(FOLDER, 'output')]
  writeFileSync(input, bytes)
  const [from, to] = [openSync(input, 'r'), openSync(output, 'w')]
  try {
    await serveFilter(from, to, async ({ content }) => Promise.resolve(content))
  } finally {
    closeSync(from)
    closeSync(to)
  }
}

/** clean and smudge of all values, or of some: smudge(clean(x)) = x. */
const sealValuesOf = (format: Format) => (bytes: Bytes) => {
  const text = textOf(bytes)
  const isSealed = (pointer: string) => bytes.length % 2 === 0 || pointer.length % 3 > 0
  const plain = locateValues(format, text, isSealed)
  if (plain.values.some(({ pointers }) => pointers.length > 1)) return
  const sealed = plain.replace(({ pointers: [pointer], source }) => {
    if (isToken(format, source)) throw new GitwardError('REFUSED', 'a token that is not of here')
    return isSealed(pointer!) ? format.quote(sealToken(KEY, pointer!, utf8(source))) : null
  }, isSealed)
  law('smudge inverts clean', openValuesOf(format, sealed, isSealed) === text)
}

const isToken = (format: Format, source: string): boolean => parseToken(format.unquote(source) ?? '') !== null

function openValuesOf(format: Format, sealed: string, isSealed: IsSealed): string {
  try {
    return locateValues(format, sealed, noneSealed).replace(
      ({ pointers, source }) =>
        isToken(format, source)
          ? textOf(openToken(KEY, parseToken(format.unquote(source)!)!, pointers[0]!))
          : null,
      isSealed,
    )
  } catch (cause) {
    throw new BrokenLaw('what was sealed opens', { cause })
  }
}

const targets: readonly Omit<FuzzTarget, 'seeds'>[] = [
  { name: 'token', read: readToken },
  { name: 'envelope', read: readEnvelope },
  { name: 'portable', read: readPortable },
  { name: 'signature', read: readSignature },
  { name: 'epoch', read: readEpoch },
  { name: 'recipients', read: readRecipients },
  { name: 'keys', read: readKeys },
  { name: 'identities', read: bytes => void parseIdentities(textOf(bytes), 'here') },
  { name: 'policy', read: readPolicy },
  { name: 'patterns', read: readPatterns },
  { name: 'baseline', read: readBaseline },
  { name: 'scan', read: scanBytes },
  { name: 'protocol', read: serve },
]

/** Every target with its seeds. */
export async function fuzzTargets(): Promise<readonly FuzzTarget[]> {
  const perFormat = await Promise.all(
    formats.map(async ({ name }) => ({ name, read: sealValuesOf(await loadFormat(name)) })),
  )
  return [...targets, ...perFormat].map(target => ({ ...target, seeds: SEEDS[target.name]!.map(toBytes) }))
}

const toBytes = (seed: string | Bytes): Bytes => (typeof seed === 'string' ? utf8(seed) : seed)

/** True for what a target may throw. */
export const isRefusal = (error: unknown): boolean => error instanceof GitwardError && error.exitCode > 1
