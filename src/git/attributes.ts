import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gitPath, pathBytes, type GitPath } from '../core/path.ts'
import { fields, type TreeEntry } from './entries.ts'
import { indexOf } from './index-file.ts'
import { git } from './run.ts'
import type { Repository } from './repository.ts'

/** What the .gitattributes files of one tree say about one path. */
export type Attributes = ReadonlyMap<string, string>

const NAMES = ['filter', 'text', 'eol', 'working-tree-encoding', 'ident', 'merge', 'diff']

/**
 * Asks git what the given .gitattributes blobs alone say: in a scratch git folder whose index holds nothing else,
 * so that info/attributes, the user's own file and the system's cannot hide what a clone would lack.
 */
export function treeAttributes(
  repository: Repository,
  files: readonly Pick<TreeEntry, 'id' | 'path'>[],
  paths: readonly GitPath[],
): Map<GitPath, Attributes> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'gitward-attributes-'))
  try {
    const env = scratchEnvironment(repository, scratch, files[0]?.id.length ?? 40)
    writeFileSync(path.join(scratch, 'index'), indexOf(files))
    const input = nulTerminated(paths)
    return parsed(
      git(['check-attr', '--cached', '-z', '--stdin', ...NAMES], { cwd: scratch, env, input }).stdout,
    )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The same as git sees it on this machine: info/attributes, which wins over every file of the tree, included. */
export function attributesHere(top: string, paths: readonly GitPath[]): Map<GitPath, Attributes> {
  const input = nulTerminated(paths)
  return parsed(git(['check-attr', '--cached', '-z', '--stdin', ...NAMES], { cwd: top, input }).stdout)
}

const nulTerminated = (paths: readonly GitPath[]): Buffer =>
  Buffer.concat(paths.flatMap(each => [pathBytes(each), Buffer.of(0)]))

function scratchEnvironment(
  { commonDir }: Repository,
  scratch: string,
  idLength: number,
): Record<string, string | undefined> {
  const gitDir = path.join(scratch, 'git')
  mkdirSync(path.join(gitDir, 'refs'), { recursive: true })
  writeFileSync(path.join(gitDir, 'HEAD'), 'ref: refs/heads/none\n')
  const format =
    idLength === 64
      ? '\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n'
      : '\trepositoryformatversion = 0\n'
  writeFileSync(
    path.join(gitDir, 'config'),
    `[core]\n${format}[core]\n\tattributesfile = ${JSON.stringify(path.join(scratch, 'none'))}\n`,
  )
  return {
    GIT_DIR: gitDir,
    GIT_WORK_TREE: scratch,
    GIT_COMMON_DIR: undefined,
    GIT_PREFIX: undefined,
    GIT_INDEX_FILE: path.join(scratch, 'index'),
    // a pre-receive hook's quarantine is inherited
    GIT_OBJECT_DIRECTORY: process.env['GIT_OBJECT_DIRECTORY'] ?? path.join(commonDir, 'objects'),
    GIT_ATTR_NOSYSTEM: '1',
    // `git -c core.attributesFile=…` and its like reach the hooks that git starts
    GIT_ATTR_SOURCE: undefined,
    GIT_CONFIG_PARAMETERS: undefined,
    GIT_CONFIG_COUNT: undefined,
  }
}

/** Triples of path, attribute and value. */
function parsed(output: Buffer): Map<GitPath, Attributes> {
  const found = new Map<GitPath, Map<string, string>>()
  const parts = fields(output)
  for (let i = 0; i + 2 < parts.length; i += 3) {
    const at = gitPath(parts[i]!)
    const attributes = found.get(at) ?? new Map<string, string>()
    found.set(at, attributes.set(parts[i + 1]!.toString(), parts[i + 2]!.toString()))
  }
  return found
}
