import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { Bytes } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import type { FileHeader } from '../../envelope/file-header.ts'
import { openingMessage, openMessage, type FileMessage } from '../../envelope/file.ts'
import { openJson, parseJsonEnvelope } from '../../envelope/json.ts'
import type { DataKey } from '../../keys/data-key.ts'
import { identityVariable } from '../../keys/sources/env.ts'
import { identitySources } from '../../keys/sources/table.ts'
import { chunkSource, plainSource } from '../../model/chunk-source.ts'
import { memorySource, modelOf, type Model, type RangeSource } from '../../model/reader.ts'
import { cannotRead } from '../disk.ts'
import { inputOf, type InputFile } from '../files/input.ts'
import { kindOf } from '../files/kind.ts'
import { broken, FETCH_AGAIN, sourceHint } from '../files/open-envelope.ts'
import { checked, portableMessage } from '../files/opening.ts'
import { openDataKey } from '../files/portable.ts'
import { assertUnprotected, isInOpenWorkTree, repositoryKey } from './repository-key.ts'

/** Where `openModel` gets its key from, if not from the environment, the user's identities or the repository. */
export interface OpenModelOptions {
  /** What `GITWARD_KEY` would hold (`[scope=]key` between commas), or a key from `epochKey`. */
  readonly key?: string | EpochKey
  /** The scope of a file that stands outside the protected paths (default: `default`). */
  readonly scope?: string
  /** For portable files: age identities, one a line. */
  readonly identity?: string
  /** For portable files: a file of age identities. */
  readonly identityFile?: string
  /** For portable files that were sealed with one. */
  readonly passphrase?: string
  /** Read a file that is not encrypted, wherever it stands. Nothing authenticates it. */
  readonly allowPlain?: boolean
}

/** As `openModel` promises (src/index.ts). */
export async function openModelFile(file: string, options: OpenModelOptions): Promise<Model> {
  const handle = await opened(file)
  try {
    return modelOf(await sourceOf(file, handle, options))
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (cause) {
    throw cannotRead(file, cause)
  }
}

async function sourceOf(file: string, handle: FileHandle, options: OpenModelOptions): Promise<RangeSource> {
  const input = inputOf(file, handle.fd)
  const what = kindOf(input)
  if (what.kind === 'broken') throw broken(what.reason, file, FETCH_AGAIN)
  if (what.kind === 'file') {
    const message = await messageOf(file, what.header, options)
    const elsewhere = sourceHint(what.header)
    const source = await inFile(
      file,
      () => chunkSource(handle, what.header, openMessage(message, what.header)),
      elsewhere,
    )
    return named(file, source, elsewhere)
  }
  if (what.kind === 'json') {
    const plaintext = await inFile(file, async () => jsonPlaintext(file, input, options))
    await handle.close() // all of it is in memory
    return named(file, memorySource(plaintext), undefined)
  }
  if (options.allowPlain || isInOpenWorkTree(file))
    return named(file, plainSource(handle, input.length), undefined)
  throw new GitwardError('USAGE', `${file} is not encrypted, so nothing says that it is genuine`, {
    hint: 'encrypt it, or pass allowPlain',
  })
}

async function messageOf(file: string, header: FileHeader, options: OpenModelOptions): Promise<FileMessage> {
  if (!header.portable) {
    const key = repositoryKey(file, header.kid, options)
    return checked(file, header, () => openingMessage(key, header))
  }
  assertUnprotected(file)
  const { key } = await dataKeyOf(file, header, options)
  return checked(file, header, () => portableMessage(key, header))
}

/** With what the caller gave, and nothing else; with nothing given, as `decrypt` finds it. */
async function dataKeyOf(
  file: string,
  header: FileHeader,
  { identity, identityFile, passphrase }: OpenModelOptions,
): Promise<DataKey> {
  const isGiven = identityFile !== undefined || passphrase !== undefined
  const keys = {
    env: identity === undefined ? process.env : { GITWARD_IDENTITY: identity },
    sources: identity === undefined ? (isGiven ? [] : identitySources) : [identityVariable],
    identityFiles: identityFile === undefined ? [] : [identityFile],
    askPassphrase: async () => passphrase ?? noPassphrase(file),
  }
  try {
    return await openDataKey(file, header.keyslots, keys)
  } catch (error) {
    if (!hasCode(error, 'LOCKED', 'NOT_A_RECIPIENT', 'WRONG_KEY')) throw error
    throw new GitwardError(error.code, error.message, { hint: GIVE_A_KEY, cause: error })
  }
}

const GIVE_A_KEY = 'pass the right identity, identityFile or passphrase, or set GITWARD_IDENTITY_FILE'

function noPassphrase(file: string): never {
  throw new GitwardError('LOCKED', `${file}: opens with a passphrase, and none was given`)
}

function jsonPlaintext(file: string, input: InputFile, options: OpenModelOptions): Bytes {
  const envelope = parseJsonEnvelope(input.start(input.length))
  return openJson(repositoryKey(file, envelope.kid, options), envelope)
}

/** Names the file in whatever goes wrong later. */
const named = (file: string, source: RangeSource, elsewhere: string | undefined): RangeSource => ({
  ...source,
  fill: (offset, into) => inFile(file, () => source.fill(offset, into), elsewhere),
})

async function inFile<T>(file: string, work: () => Promise<T>, elsewhere?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof GitwardError) || error.message.startsWith(file)) throw error
    throw broken(error, file, elsewhere)
  }
}
