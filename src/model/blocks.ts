import { sameBytes, type Bytes } from '../core/bytes.ts'
import { errno, GitwardError } from '../core/errors.ts'
import {
  CHUNK_BYTES,
  openedChunks,
  SEALED_CHUNK_BYTES,
  sealedLength,
  sealedPieces,
} from '../crypto/cobblestone.ts'
import { cobblestoneOf, LEAF_BYTES, leafHash, type FileMessage } from '../envelope/file.ts'
import { readFully, writePieces } from './positional.ts'

/** What is read, worked on and written at once: one leaf of the salt, 64 chunks. */
export const BLOCK_BYTES = LEAF_BYTES
export const BLOCK_CHUNKS = BLOCK_BYTES / CHUNK_BYTES
export const SEALED_BLOCK_BYTES = BLOCK_CHUNKS * SEALED_CHUNK_BYTES
const LEAF_HASH_BYTES = 32

/** Blocks of a message of `length` bytes. The last one is shorter, and empty after a whole one. */
export const blockCount = (length: number): number => Math.floor(length / BLOCK_BYTES) + 1

/** Joined leaf hashes of `length` bytes, to be filled by many threads. */
export const leavesFor = (length: number): SharedArrayBuffer =>
  new SharedArrayBuffer(Math.ceil(length / LEAF_BYTES) * LEAF_HASH_BYTES)

/** Where a task stands, shared by all threads: the next block to take, blocks done, and whether to stop. */
const NEXT = 0
const DONE = 1
const STOP = 2
export const newBoard = (): SharedArrayBuffer => new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)
export const blocksDone = (board: SharedArrayBuffer): number => Atomics.load(new Int32Array(board), DONE)
export const stopAll = (board: SharedArrayBuffer): void => {
  Atomics.store(new Int32Array(board), STOP, 1)
}

interface Task {
  /** File descriptor and offset of the message or its chunks; read by position only. */
  readonly input: number
  readonly inputAt: number
  /** Bytes of the message, opened. */
  readonly length: number
}

/** What is done to every block of a file. Plain data: it goes to threads. */
export type BlockTask =
  | (Task & { readonly work: 'hash'; readonly leaves: SharedArrayBuffer })
  | (Task & {
      readonly work: 'seal'
      readonly message: FileMessage
      readonly output: number
      readonly outputAt: number
      /** What the salt was made of: the input must still be that. Null for a random salt. */
      readonly leaves: SharedArrayBuffer | null
    })
  | (Task & {
      readonly work: 'open'
      readonly message: FileMessage
      /** Null to authenticate alone. */
      readonly output: number | null
    })

/** Why a task stopped. Plain data: it comes back from threads. */
export type BlockFailure =
  | { readonly why: 'read' | 'write'; readonly errno: string }
  | { readonly why: 'changed' }
  | { readonly why: 'tampered'; readonly chunk: number }

/** Takes blocks and works on them until none is left; yields after each. One runs in every thread. */
export function* runBlocks(task: BlockTask, board: SharedArrayBuffer): Generator<void, BlockFailure | null> {
  const shared = new Int32Array(board)
  const work = workOf(task)
  while (Atomics.load(shared, STOP) === 0) {
    const block = Atomics.add(shared, NEXT, 1)
    if (block >= blockCount(task.length)) return null
    const failure = work(block)
    if (failure) {
      stopAll(board)
      return failure
    }
    Atomics.add(shared, DONE, 1)
    yield
  }
  return null
}

type Work = (block: number) => BlockFailure | null

function workOf(task: BlockTask): Work {
  if (task.work === 'hash') return hashing(task)
  return task.work === 'seal' ? sealing(task) : opening(task)
}

type TaskOf<W> = Extract<BlockTask, { work: W }>

function hashing({ input, inputAt, length, leaves }: TaskOf<'hash'>): Work {
  const read = reader(input, inputAt, BLOCK_BYTES, length)
  const hashes = new Uint8Array(leaves)
  return block => {
    const leaf = read(block)
    if ('why' in leaf) return leaf
    if (leaf.length > 0) hashes.set(leafHash(leaf), block * LEAF_HASH_BYTES)
    return null
  }
}

function sealing({ input, inputAt, length, leaves, message, output, outputAt }: TaskOf<'seal'>): Work {
  const read = reader(input, inputAt, BLOCK_BYTES, length)
  const chunks = cobblestoneOf(message)
  const hashes = leaves && new Uint8Array(leaves)
  const total = sealedLength(length)
  return block => {
    const plaintext = read(block)
    if ('why' in plaintext) return plaintext
    // before anything is sealed: two plaintexts under one salt would give both away
    if (hashes && plaintext.length > 0 && !isLeaf(hashes, block, plaintext)) return { why: 'changed' }
    const size = sizeOf(block, SEALED_BLOCK_BYTES, total)
    const pieces = [...sealedPieces(chunks, block * BLOCK_CHUNKS, plaintext, size)]
    return written(output, pieces, outputAt + block * SEALED_BLOCK_BYTES)
  }
}

/** True if `leaf` is the one that was hashed for this block. */
export const isLeaf = (hashes: Bytes, block: number, leaf: Bytes): boolean =>
  sameBytes(hashes.subarray(block * LEAF_HASH_BYTES, (block + 1) * LEAF_HASH_BYTES), leafHash(leaf))

function opening({ input, inputAt, length, message, output }: TaskOf<'open'>): Work {
  const read = reader(input, inputAt, SEALED_BLOCK_BYTES, sealedLength(length))
  const chunks = cobblestoneOf(message)
  return block => {
    const sealed = read(block)
    if ('why' in sealed) return sealed
    const pieces: Bytes[] = []
    for (const { index, plaintext } of openedChunks(chunks, block * BLOCK_CHUNKS, sealed)) {
      if (!plaintext) return { why: 'tampered', chunk: index }
      pieces.push(plaintext)
    }
    return output === null ? null : written(output, pieces, block * BLOCK_BYTES)
  }
}

/** Bytes of block number `block` of `total`. */
const sizeOf = (block: number, size: number, total: number): number => Math.min(size, total - block * size)

/** Reads blocks of one size into one buffer. A file that ends before `total` was changed. */
function reader(
  fd: number,
  at: number,
  size: number,
  total: number,
): (block: number) => Bytes | BlockFailure {
  const buffer = new Uint8Array(size)
  return block => {
    const wanted = buffer.subarray(0, sizeOf(block, size, total))
    try {
      return readFully(fd, wanted, at + block * size) ? wanted : { why: 'changed' }
    } catch (error) {
      return { why: 'read', errno: errno(error) ?? 'unknown error' }
    }
  }
}

/** @returns null, or why the bytes could not be written. */
export function written(fd: number, pieces: readonly Bytes[], at: number): BlockFailure | null {
  try {
    writePieces(fd, pieces, at)
    return null
  } catch (error) {
    return { why: 'write', errno: errno(error) ?? 'unknown error' }
  }
}

export const changedInput = (): GitwardError =>
  new GitwardError('IO', 'it was changed while it was being read', {
    hint: 'stop what writes it, and try again',
  })
