import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { filesBelow } from './members.ts'
import type { World } from './world.ts'

export const hasLfs = spawnSync('git', ['lfs', 'version']).status === 0
if (!hasLfs) console.log('skipped: tests of git-lfs need it (apt-get install git-lfs)')

/** The pointer that git holds, by its fields. */
export function pointerOf(blob: Buffer): { oid: string; size: number } {
  const [, oid, size] =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)\n$/.exec(
      blob.toString(),
    ) ?? []
  if (oid === undefined) throw new Error(`no canonical pointer: ${blob.subarray(0, 60).toString('latin1')}`)
  return { oid, size: Number(size) }
}

/** The contents in the git-lfs store of a clone, or of a bare repository. */
export function storedIn(repository: string): Buffer[] {
  const git = existsSync(path.join(repository, '.git')) ? path.join(repository, '.git') : repository
  const store = path.join(git, 'lfs', 'objects')
  return existsSync(store) ? filesBelow(store).map(({ content }) => content) : []
}

export const objectFile = (repository: string, oid: string): string =>
  path.join(repository, '.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid)

/** Files below .git, loose and packed, that hold `needle`. */
export const filesWith = (folder: string, needle: string): string[] =>
  filesBelow(folder)
    .filter(({ content }) => content.includes(needle))
    .map(({ name }) => name)

/** A PATH on which git and node stand, and git-lfs does not. */
export function pathWithoutLfs(world: World, bin: string): string {
  const folder = path.join(world.root, 'without-lfs')
  mkdirSync(folder, { recursive: true })
  for (const name of ['git', 'node', 'sh', 'env', 'cat']) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`])
      .stdout.toString()
      .trim()
    symlinkSync(found, path.join(folder, name))
  }
  return `${bin}:${folder}`
}
