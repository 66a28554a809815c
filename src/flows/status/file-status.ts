import type { Bytes } from '../../core/bytes.ts'
import { hasCode, type GitwardError } from '../../core/errors.ts'
import { shown, type GitPath } from '../../core/path.ts'
import { isEnvelope, recognise } from '../../envelope/recognise.ts'
import { mayHoldTokens, tokensIn } from '../../envelope/token.ts'
import { formatNameOf } from '../../formats/table.ts'
import { isLfsPointer } from '../../git/lfs-pointer.ts'
import { isInLfs, unselectiveGlobs, type Protection } from '../../policy/policy.ts'
import { isWeaker } from '../../policy/weaker.ts'
import { valuesIn, type HeldValue } from '../filter/held-values.ts'
import { formatFor, inPath, textOf } from '../filter/readable.ts'
import { valueState, worst, type PathState, type ValueRules } from './value-state.ts'

/** One blob of the index, and what is known about its path. */
export interface IndexedFile {
  readonly path: GitPath
  /** Of a file in git-lfs its first bytes, where this clone has them. */
  readonly blob: Bytes
  readonly protection: Protection | null
  readonly pinned: Protection | null
  readonly scopeOf: ValueRules['scopeOf']
  /** The work tree's file; asked for only where its ciphertext matters. */
  readonly inWorkTree: () => Bytes
}

export interface FileStatus {
  readonly state: PathState
  /** The state of each pointer, in document order; empty for a file without values. */
  readonly values: ReadonlyMap<string, PathState>
  /** Things to look at that are no state, each naming the file: unreadable text, rules that select nothing. */
  readonly remarks: readonly string[]
}

/** Null for a file that gitward has no word about. */
export async function fileStatus(file: IndexedFile): Promise<FileStatus | null> {
  const { protection, pinned, blob, path } = file
  const isWhole = isEnvelope(recognise(blob)) || (isInLfs(protection) && isLfsPointer(blob))
  if (protection?.mode === 'values' && !isWhole) return valuesStatus(file)
  if (!protection && isWeaker(pinned, null)) return stateOnly('awaiting-accept')
  if (!protection && isWhole) return stateOnly('moved')
  if (protection && !isWhole) return stateOnly(blob.length === 0 ? 'sealed' : 'plaintext')
  if (protection) return stateOnly(isClosed(file.inWorkTree()) ? 'locked' : 'sealed')
  const mayHoldValues = formatNameOf(path) !== null && mayHoldTokens(blob)
  const found = mayHoldValues ? await valuesStatus(file) : null
  return found?.state === 'moved' ? found : null
}

const isClosed = (content: Bytes): boolean => isEnvelope(recognise(content)) || isLfsPointer(content)

/** The state of a blob of a protected path by itself, wherever it stands: sealed, plaintext or plain-by-policy. */
export async function blobState(path: GitPath, blob: Bytes, protection: Protection): Promise<PathState> {
  const nowhere = { pinned: null, scopeOf: () => null, inWorkTree: () => new Uint8Array() }
  const { state } = (await fileStatus({ path, blob, protection, ...nowhere }))!
  return state === 'moved' ? 'sealed' : state // no scope is known here
}

const stateOnly = (state: PathState, remarks: readonly string[] = []): FileStatus => ({
  state,
  values: new Map(),
  remarks,
})

async function valuesStatus(file: IndexedFile): Promise<FileStatus> {
  const read = await valuesOf(file)
  if ('unreadable' in read) return stateOnly('plaintext', [read.unreadable.message])
  const closed = read.values.some(({ token }) => token !== null) ? tokensIn(file.inWorkTree()) : []
  const { protection, pinned, scopeOf } = file
  const rules: ValueRules = { protection, pinned, scopeOf, closed: new Set(closed) }
  const states = new Map<string, PathState>()
  for (const value of read.values) {
    const known = states.get(value.pointer)
    const state = valueState(value, rules)
    states.set(value.pointer, known ? worst([known, state])! : state)
  }
  return {
    state: worst([...states.values()]) ?? 'plain-by-policy',
    values: states,
    remarks: idleRules(file, [...states.keys()]),
  }
}

async function valuesOf({
  path,
  blob,
}: IndexedFile): Promise<{ values: readonly HeldValue[] } | { unreadable: GitwardError }> {
  try {
    const format = await formatFor(path)
    const text = textOf(path, blob)
    return { values: inPath(path, () => valuesIn(format, text)) }
  } catch (error) {
    if (hasCode(error, 'CONFIG', 'MALFORMED')) return { unreadable: error }
    throw error
  }
}

function idleRules({ path, protection }: IndexedFile, pointers: readonly string[]): string[] {
  const idle = protection ? unselectiveGlobs(protection, pointers) : []
  return idle.map(glob => `${shown(path)}: the keys glob ${glob} selects nothing`)
}
