import { existsSync } from 'node:fs'
import path from 'node:path'
import { fromBase64 } from '../../core/base64.ts'
import { GitwardError } from '../../core/errors.ts'
import { gitPathOf } from '../../core/path.ts'
import { formatNameOf } from '../../formats/table.ts'
import { findRepositoryFast, type Repository } from '../../git/repository.ts'
import { mergeKeyrings, parseSuppliedKeys, type Keyring, type SuppliedKey } from '../../keys/keyring.ts'
import { keySources } from '../../keys/sources/table.ts'
import { protectionOf } from '../../policy/policy.ts'
import { followed, readInput } from '../disk.ts'
import type { Keys } from '../filter/smudge-values.ts'
import { POLICY_PATH } from '../names.ts'
import { compileText } from '../policy-source.ts'
import { loadKeyring, loadTrust } from '../state.ts'
import { notPinnedOtherwise, placeSuppliedKeys, scopeOfKid } from '../supplied.ts'
import { epochFiles } from '../tracked.ts'
import { documentOf } from './document.ts'
import { inFile, openStrictly } from './open.ts'

/** Where `loadConfig` gets its key, if not from the unlocked repository. */
export interface LoadConfigOptions {
  /** What `GITWARD_KEY` would hold: `[scope=]key` between commas. Instead of the environment. */
  readonly key?: string
}

/** Reads a file as `loadConfig` promises (src/index.ts). Writes nothing, and needs no git beside the files. */
export async function loadConfigFile(file: string, { key }: LoadConfigOptions): Promise<unknown> {
  const real = followed(file, file)
  const repository = repositoryAround(real)
  if (!repository) throw outsideRepository(file)
  const policy = await compileText(readInput(path.join(repository.top, POLICY_PATH)))
  const inside = gitPathOf(path.relative(repository.top, real).split(path.sep).join('/'))
  const placed = {
    name: file,
    bytes: readInput(real),
    format: formatNameOf(inside),
    keys: keysFor(repository, policy.repo, key),
    protection: protectionOf(policy, inside),
  }
  const { editor, text } = await documentOf(placed, await openStrictly(placed))
  return inFile(file, () => editor.parse(text))
}

/** The nearest folder with a policy. An app may ship without `.git`: then nothing is unlocked, and a key is needed. */
export function repositoryAround(file: string): Repository | null {
  const top = path.dirname(file)
  if (existsSync(path.join(top, POLICY_PATH))) {
    const gitDir = path.join(top, '.git')
    return existsSync(gitDir) ? findRepositoryFast(top, {}) : { top, gitDir, commonDir: gitDir }
  }
  return top === file ? null : repositoryAround(top)
}

const outsideRepository = (file: string) =>
  new GitwardError('CONFIG', `${file}: no folder above it has ${POLICY_PATH}`, {
    hint: `ship .gitward beside the file, or run: gitward init`,
  })

/** @throws {GitwardError} WRONG_KEY for a key of another repository. */
export function keysFor(repository: Repository, repo: string, key: string | undefined): Keys {
  const files = epochFiles(repository)
  const trust = loadTrust(repository)
  const supplied = suppliedKeys(key)
  const { placed, strangers } = placeSuppliedKeys(supplied, fromBase64(repo)!, files)
  if (strangers.length > 0)
    throw new GitwardError('WRONG_KEY', `the key for scope ${strangers[0]} is not of this repository`, {
      hint: 'gitward doctor',
    })
  const keyring: Keyring = mergeKeyrings(notPinnedOtherwise(placed, trust), loadKeyring(repository))
  return { keyring, scopeOf: kid => scopeOfKid(kid, { keyring: () => keyring, trust, files: () => files }) }
}

function suppliedKeys(key: string | undefined): SuppliedKey[] {
  if (key !== undefined) return parseSuppliedKeys(key, 'the key option')
  return keySources.flatMap(source => source.load(process.env)?.keys ?? [])
}
