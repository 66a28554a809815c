import { decodeUtf8 } from '../core/bytes.ts'
import { GitwardError } from '../core/errors.ts'
import type { Model } from './reader.ts'

/** Little-endian, as the format is and as every machine that runs Node. */
const TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  /** The bits: Node 20 has no 16-bit floats. */
  F16: Uint16Array,
  BF16: Uint16Array,
  F8_E4M3: Uint8Array,
  F8_E5M2: Uint8Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const

export type Dtype = keyof typeof TYPES
export type TensorData = InstanceType<(typeof TYPES)[Dtype]>

export interface TensorInfo {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  /** Bytes, and where they begin in the file. */
  readonly byteLength: number
  readonly byteOffset: number
}

export interface Tensor extends TensorInfo {
  /** All elements in a row. F16, BF16 and F8 as their bits. */
  readonly data: TensorData
}

/** The tensors of a safetensors file, one at a time. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>
  readonly names: readonly string[]
  /** @throws {GitwardError} USAGE if there is no such tensor. */
  info(name: string): TensorInfo
  /** Reads and opens one tensor. @throws {GitwardError} as `info` and `Model.read`. */
  tensor(name: string): Promise<Tensor>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const LENGTH_BYTES = 8
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000

/** Reads the header of a safetensors file. @throws {GitwardError} MALFORMED if it is none. */
export async function safetensorsOf(model: Model): Promise<Safetensors> {
  const { tensors, metadata } = parseHeader(await headerOf(model), model.size)
  const info = (name: string): TensorInfo => {
    const found = tensors.get(name)
    if (found) return found
    throw new GitwardError('USAGE', `there is no tensor ${name}`, { hint: '`names` lists them' })
  }
  return {
    metadata,
    names: [...tensors.keys()],
    info,
    async tensor(name) {
      const found = info(name)
      const { buffer } = await model.read(found.byteOffset, found.byteLength)
      return { ...found, data: new TYPES[found.dtype](buffer as ArrayBuffer) }
    },
    close: () => model.close(),
    [Symbol.asyncDispose]: () => model.close(),
  }
}

interface Header {
  readonly text: string
  /** Where the tensors begin. */
  readonly end: number
}

async function headerOf(model: Model): Promise<Header> {
  if (model.size < LENGTH_BYTES) throw malformed('it is too short')
  const { buffer } = await model.read(0, LENGTH_BYTES)
  const length = Number(new DataView(buffer).getBigUint64(0, true))
  const end = LENGTH_BYTES + length
  if (length > MAX_HEADER_BYTES || end > model.size) throw malformed('its header is too long')
  const text = decodeUtf8(await model.read(LENGTH_BYTES, length))
  if (text === null || !text.startsWith('{')) throw malformed('its header is no JSON object')
  return { text, end }
}

function parseHeader({ text, end }: Header, size: number) {
  const tensors = new Map<string, TensorInfo>()
  let metadata: Record<string, string> = {}
  for (const [name, entry] of Object.entries(parseObject(text))) {
    if (name === '__metadata__') metadata = asMetadata(entry)
    else tensors.set(name, asInfo(name, entry, end, size))
  }
  return { tensors, metadata }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    throw malformed('its header is no JSON object')
  }
}

function asMetadata(entry: unknown): Record<string, string> {
  const isText =
    typeof entry === 'object' &&
    entry !== null &&
    Object.values(entry).every(each => typeof each === 'string')
  if (!isText) throw malformed('its metadata is not text')
  return entry as Record<string, string>
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

function asInfo(name: string, entry: unknown, end: number, size: number): TensorInfo {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>
  if (typeof dtype !== 'string' || !Array.isArray(shape) || !Array.isArray(offsets))
    throw malformed(`tensor ${name} is incomplete`)
  if (!Object.hasOwn(TYPES, dtype))
    throw malformed(`tensor ${name} has a type that this gitward does not know`)
  const [from, to] = offsets as unknown[]
  const isPlaced = isCount(from) && isCount(to) && from <= to && end + to <= size
  if (!isPlaced || !shape.every(isCount)) throw malformed(`tensor ${name} does not lie inside the file`)
  const elements = shape.reduce((product, count) => product * count, 1)
  const byteLength = to - from
  if (elements * TYPES[dtype as Dtype].BYTES_PER_ELEMENT !== byteLength)
    throw malformed(`tensor ${name} has another size than its shape`)
  return { dtype: dtype as Dtype, shape, byteLength, byteOffset: end + from }
}

const malformed = (why: string) =>
  new GitwardError('MALFORMED', `not a safetensors file: ${why}`, { hint: 'gitward inspect FILE' })
