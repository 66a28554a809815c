import { writeFileSync } from 'node:fs'
import { decodeUtf8, sameBytes, utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { gitPathOf, shown } from '../../core/path.ts'
import { isEnvelope, openEnvelope, recognise } from '../../envelope/recognise.ts'
import { sealFile } from '../../envelope/file.ts'
import { sealJson } from '../../envelope/json.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { findKey, keysOfScope, type Keyring } from '../../keys/keyring.ts'
import { readInput } from '../disk.ts'
import { startSession, type FilterEffects } from '../filter/session.ts'
import { agreedText, markedText, mergeLines } from './lines.ts'
import { mergeValues } from './values.ts'

/** What git gives a merge driver: three temporary files with ciphertext, and the path they are about. */
export interface MergeFiles {
  readonly base: string
  readonly ours: string
  readonly theirs: string
  readonly markerLength: number
  readonly path: string
}

type Contents = Readonly<Record<'base' | 'ours' | 'theirs', Bytes>>

/** The merged file as it must stand in %A: ciphertext, conflict markers included. */
interface Outcome {
  readonly bytes: Bytes
  readonly isClean: boolean
}

/**
 * Merges into the file of `ours`, which git takes as it is: it never runs clean on it.
 * @returns true if nothing is left for a person to decide.
 */
export async function mergeDriver(effects: FilterEffects, files: MergeFiles): Promise<boolean> {
  const contents = {
    base: readInput(files.base),
    ours: readInput(files.ours),
    theirs: readInput(files.theirs),
  }
  const { bytes, isClean } = oneSided(contents) ?? (await merged(effects, files, contents))
  writeFileSync(files.ours, bytes)
  return isClean
}

function oneSided({ base, ours, theirs }: Contents): Outcome | null {
  if (sameBytes(ours, theirs) || sameBytes(base, theirs)) return { bytes: ours, isClean: true }
  return sameBytes(base, ours) ? { bytes: theirs, isClean: true } : null
}

async function merged(effects: FilterEffects, files: MergeFiles, contents: Contents): Promise<Outcome> {
  const path = gitPathOf(files.path)
  const { keyring } = startSession(effects)
  try {
    if ([contents.ours, contents.theirs].some(bytes => isEnvelope(recognise(bytes))))
      return mergeEnvelopes(keyring, contents, files)
    return await mergeText(keyring, contents, files)
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    effects.warn(`${shown(path)}: left as ours: ${error.message}`)
    return { bytes: contents.ours, isClean: false }
  }
}

/** Whole files: their plaintext merges by lines and is sealed again, markers and all; bytes that are no text conflict. */
function mergeEnvelopes(keyring: Keyring, contents: Contents, { markerLength }: MergeFiles): Outcome {
  const [ours, theirs] = [contents.ours, contents.theirs].map(bytes => opened(keyring, bytes))
  const scope = ours!.scope ?? theirs!.scope!
  if ((theirs!.scope ?? scope) !== scope)
    throw new GitwardError('WRONG_SCOPE', 'the two sides are of different scopes')
  const base = opened(keyring, contents.base)
  const [baseText, oursText, theirsText] = [base, ours!, theirs!].map(({ plaintext }) => textOf(plaintext))
  if (baseText === null || oursText === null || theirsText === null)
    return { bytes: contents.ours, isClean: false }
  const hunks = mergeLines({ base: baseText!, ours: oursText!, theirs: theirsText! })
  const text = agreedText(hunks)
  const { key } = keysOfScope(keyring, scope)[0]!
  const seal = (ours!.isJson ?? theirs!.isJson) ? sealJson : sealFile
  return { bytes: seal(key, utf8(text ?? markedText(hunks, markerLength))), isClean: text !== null }
}

interface Opened {
  readonly plaintext: Bytes
  /** Null for a file that stands plain on this side. */
  readonly scope: string | null
  readonly isJson: boolean | null
}

/** @throws {GitwardError} LOCKED or TAMPERED if the envelope does not open here. */
function opened(keyring: Keyring, bytes: Bytes): Opened {
  const what = recognise(bytes)
  if (!isEnvelope(what)) return { plaintext: bytes, scope: null, isJson: null }
  const unlocked = findKey(keyring, what.kid)
  if (!unlocked) throw new GitwardError('LOCKED', 'its key is locked here')
  return { plaintext: openEnvelope(unlocked.key, what), scope: unlocked.scope, isJson: what.kind === 'json' }
}

/** UTF-8 text without NUL, which line merges are made for. */
function textOf(bytes: Bytes): string | null {
  return bytes.includes(0) ? null : decodeUtf8(bytes)
}

/** Value-mode files by pointer; text whose structure is unknown or broken by lines, tokens being lines like any other. */
async function mergeText(keyring: Keyring, contents: Contents, files: MergeFiles): Promise<Outcome> {
  const [base, ours, theirs] = [contents.base, contents.ours, contents.theirs].map(textOf)
  if (typeof base !== 'string' || typeof ours !== 'string' || typeof theirs !== 'string')
    return { bytes: contents.ours, isClean: false }
  const versions = { base, ours, theirs }
  const name = formatNameOf(files.path)
  try {
    if (name !== null) {
      const { text, isClean } = mergeValues(
        { format: await loadFormat(name), keyring },
        versions,
        files.markerLength,
      )
      return { bytes: utf8(text), isClean }
    }
  } catch (error) {
    if (!hasCode(error, 'MALFORMED')) throw error
  }
  const hunks = mergeLines(versions)
  const text = agreedText(hunks)
  return { bytes: utf8(text ?? markedText(hunks, files.markerLength)), isClean: text !== null }
}
