import { fromBase64 } from '../../core/base64.ts'
import { GitwardError } from '../../core/errors.ts'
import { assertIdentity } from '../../keys/identities.ts'
import { parseSuppliedKeys } from '../../keys/keyring.ts'
import { readIdentityFile } from '../../keys/sources/file.ts'
import { identitySources, keySources } from '../../keys/sources/table.ts'
import {
  identitiesOnly,
  keysOnly,
  type Environment,
  type KeyMaterial,
  type KeySource,
} from '../../keys/sources/source.ts'
import type { Candidate } from '../../keys/trust.ts'
import type { Context } from '../context.ts'
import { readInput } from '../disk.ts'
import { placeSuppliedKeys } from '../supplied.ts'
import { assertKidsUnique, epochFiles, type EpochFile } from '../tracked.ts'
import { openEpoch, type OpenedEpoch } from './open-epochs.ts'

export interface KeyChoice {
  /** Identity files named by hand: only these are tried. */
  readonly identityFiles?: readonly string[]
  /** A file with epoch keys, named by hand. */
  readonly keyFile?: string | undefined
  /** Epoch keys as text, handed over by hand. */
  readonly keyText?: string | undefined
}

export interface GatheredKeys {
  readonly opened: readonly OpenedEpoch[]
  /** Keys that a person vouches for by handing them over. */
  readonly supplied: readonly Candidate[]
  readonly files: readonly EpochFile[]
}

/**
 * Opens every epoch file that the user's identities fit, and places the keys that were handed over.
 * @throws {GitwardError} LOCKED or NOT_A_RECIPIENT if nothing opens; WRONG_KEY for a key of another repository.
 */
export async function gatherKeys(
  context: Context,
  repo: string,
  choice: KeyChoice = {},
): Promise<GatheredKeys> {
  const files = epochFiles(context.repository)
  assertKidsUnique(files)
  const sources = loadSources(context.env, choice)
  for (const { name, material } of sources)
    for (const identity of material.identities) await assertIdentity(identity, name)
  const identities = sources.flatMap(({ material }) => material.identities)
  const opened: OpenedEpoch[] = []
  for (const file of identities.length > 0 ? files : []) {
    const epoch = await openEpoch(context.repository, file, identities, repo)
    if (epoch) opened.push(epoch)
  }
  const supplied = placeSupplied(sources, repo, files)
  if (opened.length + supplied.length === 0) throw nothingOpens(sources, files)
  return { opened, supplied, files }
}

interface LoadedSource {
  readonly name: string
  readonly material: KeyMaterial
}

/** What the command line names, else whatever `among`, in the environment and the user's folder, holds. */
export function loadSources(
  env: Environment,
  { identityFiles = [], keyFile, keyText }: KeyChoice,
  among: readonly KeySource[] = [...identitySources, ...keySources],
): LoadedSource[] {
  const named: LoadedSource[] = identityFiles.map(file => ({
    name: file,
    material: identitiesOnly(readIdentityFile(file)),
  }))
  if (keyFile !== undefined)
    named.push({
      name: keyFile,
      material: keysOnly(parseSuppliedKeys(readInput(keyFile).toString(), keyFile)),
    })
  if (keyText !== undefined)
    named.push({ name: '--key', material: keysOnly(parseSuppliedKeys(keyText, 'standard input')) })
  if (named.length > 0) return named
  return among.flatMap(({ name, load }) => {
    const material = load(env)
    return material ? [{ name, material }] : []
  })
}

function placeSupplied(
  sources: readonly LoadedSource[],
  repo: string,
  files: readonly EpochFile[],
): Candidate[] {
  return sources.flatMap(({ name, material }) => {
    const { placed, strangers } = placeSuppliedKeys(material.keys, fromBase64(repo)!, files)
    if (strangers.length > 0) {
      throw new GitwardError(
        'WRONG_KEY',
        `the key from ${name} is not a key of scope ${strangers[0]} in this repository`,
        {
          hint: 'ls .gitward/keys/*',
        },
      )
    }
    return placed.map(each => ({ ...each, record: null }))
  })
}

function nothingOpens(sources: readonly LoadedSource[], files: readonly EpochFile[]): GitwardError {
  if (files.length === 0) {
    return new GitwardError('CONFIG', 'there is no epoch file in .gitward/keys', {
      hint: 'git log -- .gitward/keys',
    })
  }
  if (sources.length === 0) {
    const tried = [...identitySources, ...keySources].map(({ name }) => name).join(', ')
    return new GitwardError('LOCKED', `no key and no identity found (looked in ${tried})`, {
      hint: 'gitward keygen, then ask a member to run: gitward member add NAME RECIPIENT',
    })
  }
  const why = sources.map(
    ({ name, material }) => `${name}: ${count(material.identities.length, 'identity')}, none is a recipient`,
  )
  return new GitwardError('NOT_A_RECIPIENT', `no key of this repository opens (${why.join('; ')})`, {
    hint: 'send the output of `gitward keygen` to a member, who runs: gitward member add NAME RECIPIENT',
  })
}

const count = (n: number, noun: string): string =>
  n === 1 ? `1 ${noun}` : `${n} ${noun.replace(/y$/, 'ies')}`
