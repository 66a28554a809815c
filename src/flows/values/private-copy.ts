import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import path from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { errno } from '../../core/errors.ts'
import type { Environment } from '../../keys/sources/source.ts'
import { writeAll } from '../streams.ts'

const ENDING = ['SIGTERM', 'SIGHUP'] as const

/**
 * Lends `work` a copy of `bytes` in a folder of its own that only this user can enter, in memory where the system
 * offers that. Whatever stands in the folder afterwards is overwritten and removed, however `work` or this process
 * ends.
 */
export async function withPrivateCopy<T>(
  env: Environment,
  fileName: string,
  bytes: Bytes,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(placeFor(env), 'gitward-'))
  const wipe = () => wipeFolder(folder)
  const endings = ENDING.map(signal => [signal, () => process.exit(128 + constants.signals[signal])] as const)
  process.on('exit', wipe)
  for (const [signal, end] of endings) process.on(signal, end)
  try {
    const file = path.join(folder, fileName)
    writeFileSync(file, bytes, { mode: 0o600, flag: 'wx' })
    return await work(file)
  } finally {
    for (const [signal, end] of endings) process.removeListener(signal, end)
    process.removeListener('exit', wipe)
    wipe()
  }
}

/** The user's runtime folder is memory, and private; the system's temporary folder may be neither. */
function placeFor(env: Environment): string {
  const runtime = env['XDG_RUNTIME_DIR']
  return runtime && statSync(runtime, { throwIfNoEntry: false })?.isDirectory() ? runtime : tmpdir()
}

/** Editors leave swap and backup files beside what they edit: all of it goes, overwritten as far as that is allowed. */
function wipeFolder(folder: string): void {
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
      if (entry.isFile()) overwrite(path.join(entry.parentPath, entry.name))
  } catch (error) {
    if (errno(error) === undefined) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function overwrite(file: string): void {
  chmodSync(file, 0o600)
  const fd = openSync(file, 'r+')
  try {
    writeAll(fd, new Uint8Array(fstatSync(fd).size))
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
