import { GitwardError } from '../../core/errors.ts'
import { AES_KEY_BYTES } from '../../crypto/primitives.ts'
import { primitives } from '../../crypto/node.ts'
import { currentSlot, newKeyslotArea, parseKeyslots } from '../../envelope/keyslots.ts'
import { readAgeHeader } from '../../keys/age-header.ts'
import { unwrapDataKey, wrapDataKey, wrapDataKeyByPassphrase, type DataKey } from '../../keys/data-key.ts'
import { assertIdentity } from '../../keys/identities.ts'
import { parseRecipientsFile, type Recipient } from '../../keys/recipients.ts'
import type { KeySource } from '../../keys/sources/source.ts'
import { identitySources } from '../../keys/sources/table.ts'
import { portableSealing, type Sealing } from '../../model/seal.ts'
import type { Bytes } from '../../core/bytes.ts'
import { shellWord } from '../../core/shell-word.ts'
import { readInput } from '../disk.ts'
import { loadSources } from '../people/gather-keys.ts'
import type { FileEffects } from './effects.ts'

/** Who may open a new portable file: recipients, or whoever knows a passphrase. */
export interface Receivers {
  readonly recipients: readonly string[]
  /** age recipients files. */
  readonly recipientFiles: readonly string[]
  readonly passphrase: boolean
}

type Asking = Pick<FileEffects, 'askPassphrase'>

/** @throws {GitwardError} USAGE for a mistyped recipient, or a passphrase that nobody can type. */
export async function newPortable(receivers: Receivers, asking: Asking): Promise<Sealing> {
  const key = primitives.random(AES_KEY_BYTES)
  const age = receivers.passphrase
    ? await wrapDataKeyByPassphrase(key, await newPassphrase(asking))
    : await wrapDataKey(key, recipientsOf(receivers))
  return portableSealing(key, keyslotsFor(age))
}

/** @throws {GitwardError} USAGE if there are more recipients than a slot can hold. */
export function keyslotsFor(age: Bytes): Bytes {
  const keyslots = newKeyslotArea(age)
  if (keyslots) return keyslots
  throw new GitwardError('USAGE', 'these are more recipients than one file can hold', {
    hint: 'share one identity within a group: gitward keygen -o group.txt',
  })
}

/** Each recipient once. */
function recipientsOf({ recipients, recipientFiles }: Omit<Receivers, 'passphrase'>): Recipient[] {
  const typed = recipients.map((recipient, i) => ({ name: `recipient ${i + 1}`, recipient }))
  const listed = recipientFiles.flatMap(file => parseRecipientsFile(readInput(file).toString(), file))
  const all = [...typed, ...listed]
  return all.filter((each, i) => all.findIndex(({ recipient }) => recipient === each.recipient) === i)
}

async function newPassphrase({ askPassphrase }: Asking): Promise<string> {
  if (!askPassphrase) throw noTerminal('a passphrase is typed at a terminal', 'gitward encrypt --help')
  const passphrase = await askPassphrase('passphrase: ')
  if (passphrase === '')
    throw new GitwardError('USAGE', 'the passphrase is empty', { hint: 'use six random words' })
  if ((await askPassphrase('once more: ')) === passphrase) return passphrase
  throw new GitwardError('USAGE', 'the two passphrases differ', { hint: 'type it again' })
}

/** Where the key of a portable file may come from. */
export interface PortableKeys extends Asking {
  readonly env: FileEffects['env']
  /** Identity files named by hand: only these are tried. */
  readonly identityFiles: readonly string[]
  /** What is asked else (default: the environment, then the user's files). */
  readonly sources?: readonly KeySource[]
}

/**
 * The data key of a portable file.
 * @throws {GitwardError} LOCKED without an identity, NOT_A_RECIPIENT if none fits, WRONG_KEY for another
 *   passphrase, MALFORMED if no keyslot is whole.
 */
export async function openDataKey(file: string, area: Bytes, keys: PortableKeys): Promise<DataKey> {
  const age = currentSlot(parseKeyslots(area))?.age
  const header = age && readAgeHeader(age)
  if (!age || !header) {
    throw new GitwardError('MALFORMED', `${file}: no keyslot is whole`, {
      hint: `restore ${file} from a backup`,
    })
  }
  return header.isPassphrase ? byPassphrase(file, age, keys) : byIdentity(file, age, keys)
}

async function byPassphrase(file: string, age: Bytes, { askPassphrase }: Asking): Promise<DataKey> {
  if (!askPassphrase) throw noTerminal(`${file} opens with a passphrase, which is typed at a terminal`)
  const opened = await unwrapDataKey(age, { passphrase: await askPassphrase(`passphrase of ${file}: `) })
  if (opened) return opened
  throw new GitwardError('WRONG_KEY', `${file}: this is not its passphrase`, { hint: 'type it again' })
}

async function byIdentity(
  file: string,
  age: Bytes,
  { env, identityFiles, sources: among = identitySources }: PortableKeys,
): Promise<DataKey> {
  const sources = loadSources(env, { identityFiles }, among)
  for (const { name, material } of sources)
    for (const identity of material.identities) await assertIdentity(identity, name)
  const identities = sources.flatMap(({ material }) => material.identities)
  const opened = identities.length > 0 ? await unwrapDataKey(age, { identities }) : null
  if (opened) return opened
  const hint = `gitward decrypt ${shellWord(file)} --identity FILE`
  if (sources.length > 0)
    throw new GitwardError('NOT_A_RECIPIENT', `${file}: no identity opens it (tried ${namesOf(sources)})`, {
      hint,
    })
  const why =
    among.length > 0
      ? `no identity found (looked in ${namesOf(among)})`
      : 'opens with an identity, and none was given'
  throw new GitwardError('LOCKED', `${file}: ${why}`, { hint })
}

const namesOf = (sources: readonly { readonly name: string }[]): string =>
  sources.map(({ name }) => name).join(', ')

const noTerminal = (message: string, hint?: string) =>
  new GitwardError('LOCKED', `${message}, and standard input is none`, {
    hint: hint ?? 'run the same command at a terminal',
  })
