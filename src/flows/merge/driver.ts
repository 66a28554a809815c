import { writeFileSync } from 'node:fs'
import { decodeUtf8, sameBytes, utf8, type Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import { gitPathOf, shown, type GitPath } from '../../core/path.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { isEnvelope, openEnvelope, recognise } from '../../envelope/recognise.ts'
import { sealFile } from '../../envelope/file.ts'
import { sealJson } from '../../envelope/json.ts'
import { mayHoldTokens } from '../../envelope/token.ts'
import { formatNameOf, loadFormat } from '../../formats/table.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import { findKey, keysOfScope, type Keyring } from '../../keys/keyring.ts'
import { readInput } from '../disk.ts'
import { assertSealable, newestKnownEpoch } from '../filter/seal.ts'
import { startSession, type FilterEffects, type FilterSession } from '../filter/session.ts'
import { agreedText, markedText, mergeLines } from './lines.ts'
import { mergeValues } from './values.ts'
import type { MergeKeys } from './versions.ts'

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

/** The newest key of a scope. @throws {GitwardError} LOCKED, as clean would: nothing new under an old key. */
function newestKey(session: FilterSession, path: GitPath, scope: string): EpochKey {
  const keys = keysOfScope(session.keyring, scope)
  assertSealable(path, scope, keys, newestKnownEpoch(session, scope))
  return keys[0]!.key
}

function oneSided({ base, ours, theirs }: Contents): Outcome | null {
  if (sameBytes(ours, theirs) || sameBytes(base, theirs)) return { bytes: ours, isClean: true }
  return sameBytes(base, ours) ? { bytes: theirs, isClean: true } : null
}

async function merged(effects: FilterEffects, files: MergeFiles, contents: Contents): Promise<Outcome> {
  const path = gitPathOf(files.path)
  const session = startSession(effects)
  try {
    await session.policies.hereOrLastGood() // says whose keys GITWARD_KEY holds
    const keys: MergeKeys = { keyring: session.keyring, sealing: scope => newestKey(session, path, scope) }
    if ([contents.ours, contents.theirs].some(isLfsPointer))
      throw new GitwardError('REFUSED', 'both sides changed a file that is in git-lfs: check out one of them')
    if ([contents.ours, contents.theirs].some(bytes => isEnvelope(recognise(bytes))))
      return mergeEnvelopes(keys, contents, files)
    return await mergeText(keys, contents, files)
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    effects.warn(`${shown(path)}: left as ours: ${error.message}`)
    return { bytes: contents.ours, isClean: false }
  }
}

/** Whole files: their plaintext merges by lines and is sealed again, markers and all; bytes that are no text conflict. */
function mergeEnvelopes(keys: MergeKeys, contents: Contents, { markerLength }: MergeFiles): Outcome {
  const [base, ours, theirs] = [contents.base, contents.ours, contents.theirs].map(each =>
    opened(keys.keyring, each),
  )
  const scope = ours!.scope ?? theirs!.scope!
  if ((theirs!.scope ?? scope) !== scope)
    throw new GitwardError('WRONG_SCOPE', 'the two sides are of different scopes')
  const [baseText, oursText, theirsText] = [base!, ours!, theirs!].map(({ plaintext }) => textOf(plaintext))
  if (baseText === null || oursText === null || theirsText === null)
    return { bytes: contents.ours, isClean: false }
  const hunks = mergeLines({ base: baseText!, ours: oursText!, theirs: theirsText! })
  const text = agreedText(hunks)
  const key = keys.sealing(scope)
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
  if (!isEnvelope(what) && mayHoldTokens(bytes))
    throw new GitwardError('REFUSED', 'one side is encrypted as a whole, the other value by value')
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
async function mergeText(keys: MergeKeys, contents: Contents, files: MergeFiles): Promise<Outcome> {
  const [base, ours, theirs] = [contents.base, contents.ours, contents.theirs].map(textOf)
  if (typeof base !== 'string' || typeof ours !== 'string' || typeof theirs !== 'string')
    return { bytes: contents.ours, isClean: false }
  const versions = { base, ours, theirs }
  const name = formatNameOf(files.path)
  try {
    if (name !== null) {
      const { text, isClean } = mergeValues(
        { format: await loadFormat(name), ...keys },
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
