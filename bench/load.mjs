import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const root = path.resolve(import.meta.dirname, '..')

/** Imports a TypeScript file of src/, bundled: Node 20 reads no TypeScript. */
export async function load(file) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'gitward-bench-'))
  try {
    const bundle = await rolldown({ input: path.join(root, file), platform: 'node' })
    await bundle.write({ dir, entryFileNames: 'bundle.mjs', format: 'esm' })
    return await import(pathToFileURL(path.join(dir, 'bundle.mjs')).href)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** Every regular file under `folder` as { path, bytes }, at most `limit` bytes in all. */
export function corpus(folder, limit = 200e6) {
  const files = []
  let total = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || total > limit) continue
    const at = path.join(entry.parentPath, entry.name)
    const bytes = new Uint8Array(readFileSync(at))
    files.push({ path: path.relative(folder, at), bytes })
    total += bytes.length
  }
  return { files, total }
}

/** Best of `rounds`, in MB of input a second of wall time and of processor time (for busy machines). */
export function speed(total, rounds, work) {
  let wall = Infinity
  let processor = Infinity
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    const used = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(used)
    wall = Math.min(wall, performance.now() - start)
    processor = Math.min(processor, (user + system) / 1e3)
  }
  return `${(total / 1e3 / wall).toFixed(0)} MB/s (${(total / 1e3 / processor).toFixed(0)} MB a cpu second)`
}
