import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Repository } from './repository.ts'
import { git, gitLine, type GitOptions } from './run.ts'

/**
 * True if a ref with this name, or below it, is there. Git is asked only where its files do not rule it out: refs
 * stand in a folder of their own, or in the list of packed ones.
 */
export function hasRefUnder(name: string, { top, commonDir }: Repository): boolean {
  const isPlain = !existsSync(path.join(commonDir, 'reftable')) && existsSync(path.join(commonDir, 'refs'))
  if (isPlain && !existsSync(path.join(commonDir, name)) && !packedRefs(commonDir).includes(` ${name}`))
    return false
  return Boolean(gitLine(['for-each-ref', '--count=1', name], { cwd: top }))
}

export function deleteRefsUnder(name: string, options: GitOptions): void {
  const refs = git(['for-each-ref', '--format=%(refname)', name], options).stdout.toString().split('\n')
  for (const each of refs) if (each !== '') git(['update-ref', '-d', each], options)
}

function packedRefs(commonDir: string): Buffer {
  const file = path.join(commonDir, 'packed-refs')
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
}
