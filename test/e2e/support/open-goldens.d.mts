import type * as portable from '../../../src/portable.ts'
import type { GoldenFile } from '../../tools/golden/vector.ts'

interface Opened {
  readonly name: string
  /** Of our error, or what else was thrown. */
  readonly code?: string
  /** Hex. */
  readonly plaintext?: string
  readonly sealsTheSame?: boolean
}

type Sum = readonly [length: number, fnv1a: number]

export function openGoldens(gitward: typeof portable, goldens: Readonly<Record<string, GoldenFile>>): Opened[]
export function sealLengths(gitward: typeof portable, lengths: readonly number[]): (number | Sum)[][]
