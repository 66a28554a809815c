import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { errno } from '../core/errors.ts'
import type { Repository } from './repository.ts'

/**
 * Text that changes whenever HEAD names another commit: two or three small reads instead of starting git. It is
 * no commit id, and says nothing but "still the same".
 */
export function headStamp({ gitDir, commonDir }: Repository): string {
  const head = readOrEmpty(path.join(gitDir, 'HEAD'))
  const ref = /^ref: (.+)\n$/.exec(head)?.[1]
  if (ref === undefined) return head
  const loose = readOrEmpty(path.join(commonDir, ref)) || readOrEmpty(path.join(gitDir, ref))
  return [
    head,
    loose,
    fileStamp(path.join(commonDir, 'packed-refs')),
    readOrEmpty(path.join(commonDir, 'reftable', 'tables.list')),
  ].join('\0')
}

/** Changes whenever the file is replaced or rewritten. */
export function fileStamp(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : 'none'
}

function readOrEmpty(file: string): string {
  if (!existsSync(file)) return '' // an error would cost more than all the rest
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR' || errno(error) === 'EISDIR') return ''
    throw error
  }
}
