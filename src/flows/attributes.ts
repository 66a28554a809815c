import { placeBlock } from '../policy/attributes.ts'
import type { CompiledPolicy } from '../policy/policy.ts'
import { readIfPresent, writeAtomic } from './disk.ts'

/** An attributes file's bytes as text, one character a byte: patterns of users need not be UTF-8. */
const readAttributes = (file: string): string => readIfPresent(file)?.toString('latin1') ?? ''

/** True if the file ends with the policy's managed block. */
export function attributesAreCurrent(file: string, policy: CompiledPolicy): boolean {
  const text = readAttributes(file)
  return placeBlock(text, policy) === text
}

/** Puts the policy's managed block at the end of an attributes file. */
export function writeAttributes(file: string, policy: CompiledPolicy): void {
  const text = readAttributes(file)
  const placed = placeBlock(text, policy)
  if (placed !== text) writeAtomic(file, Buffer.from(placed, 'latin1'))
}
