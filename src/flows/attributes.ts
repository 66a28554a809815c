import path from 'node:path'
import type { Repository } from '../git/repository.ts'
import { placeBlock } from '../policy/attributes.ts'
import type { CompiledPolicy } from '../policy/policy.ts'
import { readIfPresent, writeAtomic, type WriteOptions } from './disk.ts'
import { ATTRIBUTES_PATH } from './names.ts'
import { scratchFolder } from './state.ts'

/** An attributes file's bytes as text, one character a byte: patterns of users need not be UTF-8. */
const readAttributes = (file: string): string => readIfPresent(file)?.toString('latin1') ?? ''

/** True if the file ends with the policy's managed block. */
export function attributesAreCurrent(file: string, policy: CompiledPolicy): boolean {
  const text = readAttributes(file)
  return placeBlock(text, policy) === text
}

/** Puts the policy's managed block at the end of an attributes file. */
export function writeAttributes(file: string, policy: CompiledPolicy, options: WriteOptions = {}): void {
  const text = readAttributes(file)
  const placed = placeBlock(text, policy)
  if (placed !== text) writeAtomic(file, Buffer.from(placed, 'latin1'), options)
}

/** The same for the work tree's own file; only while the lock is held. */
export const writeTrackedAttributes = (repository: Repository, policy: CompiledPolicy): void =>
  writeAttributes(path.join(repository.top, ATTRIBUTES_PATH), policy, { scratch: scratchFolder(repository) })
