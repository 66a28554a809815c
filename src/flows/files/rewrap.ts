import { closeSync, fsyncSync, openSync } from 'node:fs'
import path from 'node:path'
import { GitwardError } from '../../core/errors.ts'
import { HEADER_BYTES, type FileHeader } from '../../envelope/file-header.ts'
import { parseKeyslots, slotWrites, type SlotWrite } from '../../envelope/keyslots.ts'
import { wrapDataKey, type DataKey } from '../../keys/data-key.ts'
import type { Recipient } from '../../keys/recipients.ts'
import type { Bytes } from '../../core/bytes.ts'
import { shellWord } from '../../core/shell-word.ts'
import { writeFully } from '../../model/positional.ts'
import { cannotWrite, followed } from '../disk.ts'
import { withLockFile } from '../lock-file.ts'
import type { FileEffects } from './effects.ts'
import { withInput, type InputFile } from './input.ts'
import { kindOf } from './kind.ts'
import { broken, FETCH_AGAIN } from './open-envelope.ts'
import { checked, portableMessage, type OpeningChoice } from './opening.ts'
import { withOutput } from './output.ts'
import { keyslotsFor, openDataKey } from './portable.ts'

export interface RewrapChoice extends OpeningChoice {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

export interface Rewrapped {
  /** How many recipients there are now. */
  readonly recipients: number
  /** True if only the header was written, in place. */
  readonly inPlace: boolean
}

/**
 * Changes who can open a portable file. Only its keyslots are written: at every instant one of them is whole. If the
 * new one does not fit, the file is copied with larger ones and replaced.
 * @throws {GitwardError} USAGE for another file or a recipient that is (not) there; as `openDataKey`; TAMPERED if the
 *   keyslots are those of another file; IO, also while another rewrap has the file.
 */
export function rewrapFile(effects: FileEffects, file: string, choice: RewrapChoice): Promise<Rewrapped> {
  const real = followed(file, file)
  return withFileLock(effects, file, real, () =>
    withInput(file, async input => {
      const header = portableHeaderOf(input)
      const dataKey = await openDataKey(file, header.keyslots, { ...effects, ...choice })
      checked(file, header, () => portableMessage(dataKey.key, header))
      const recipients = changed(file, dataKey, choice)
      const age = await wrapDataKey(dataKey.key, recipients)
      const writes = slotWrites(parseKeyslots(header.keyslots), age)
      if (writes) writeSlots(file, writes)
      else await replaceArea(real, input, header, keyslotsFor(age))
      return { recipients: recipients.length, inPlace: writes !== null }
    }),
  )
}

/**
 * Two at once would each start from the recipients before, and the last to write would undo the other's work. Who may
 * write `real` but not its folder goes on without a lock.
 */
function withFileLock<T>(
  { warn }: FileEffects,
  file: string,
  real: string,
  work: () => Promise<T>,
): Promise<T> {
  const lock = path.join(path.dirname(real), `.gitward-${path.basename(real)}.lock`)
  const onDenied = ({ message }: GitwardError) => warn(`${message}; let nobody else rewrap it now`)
  // others must read whose it is
  return withLockFile(lock, { place: `on ${file}`, mode: 0o644, onDenied }, work)
}

function portableHeaderOf(input: InputFile): FileHeader {
  const what = kindOf(input)
  if (what.kind === 'broken') throw broken(what.reason, input.name, FETCH_AGAIN)
  if (what.kind === 'file' && what.header.portable) return what.header
  throw new GitwardError('USAGE', `${input.name} is no portable file: only those name their recipients`, {
    hint: `gitward inspect ${shellWord(input.name)}`,
  })
}

function changed(file: string, { recipients }: DataKey, { add, remove }: RewrapChoice): Recipient[] {
  const hint = `gitward inspect ${file}`
  if (recipients.length === 0)
    throw new GitwardError('USAGE', `${file} opens with a passphrase, which stands alone`, {
      hint: `gitward decrypt ${shellWord(file)}, then: gitward encrypt -r RECIPIENT`,
    })
  const known = add.find(each => recipients.includes(each))
  if (known !== undefined)
    throw new GitwardError('USAGE', `${file}: ${short(known)} is a recipient already`, { hint })
  const unknown = remove.find(each => !recipients.includes(each))
  if (unknown !== undefined)
    throw new GitwardError('USAGE', `${file}: ${short(unknown)} is no recipient`, { hint })
  const after = [...new Set([...recipients, ...add])].filter(each => !remove.includes(each))
  if (after.length > 0) return after.map((recipient, i) => ({ name: `recipient ${i + 1}`, recipient }))
  throw new GitwardError('USAGE', `${file}: nobody could open it any more`, {
    hint: `add somebody in the same step: --add RECIPIENT`,
  })
}

/** Recipients are public; some are two thousand characters long. */
const short = (recipient: string): string =>
  recipient.length > 24 ? `${recipient.slice(0, 24)}…` : recipient

function writeSlots(file: string, writes: readonly SlotWrite[]): void {
  try {
    const fd = openSync(file, 'r+')
    try {
      for (const { at, bytes } of writes) {
        writeFully(fd, bytes, HEADER_BYTES + at)
        fsyncSync(fd) // the other slot is touched only when this one is safe
      }
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    throw cannotWrite(file, cause)
  }
}

/** The first 20 bytes and all behind the keyslots stay: nothing binds the area to them. */
async function replaceArea(
  real: string,
  input: InputFile,
  { header, keyslots }: FileHeader,
  area: Bytes,
): Promise<void> {
  await withOutput(real, { force: true, durable: true }, async output => {
    output.write(header)
    output.write(area)
    const rest = input.source(HEADER_BYTES + keyslots.length)
    for (;;) {
      const piece = await rest.take(COPY_BYTES)
      if (piece.length === 0) break
      output.write(piece)
    }
    input.assertUnchanged()
  })
}

const COPY_BYTES = 1 << 20
