import { GitwardError } from '../../core/errors.ts'
import type { Context } from '../context.ts'
import { requirePolicy } from '../policy-trust.ts'
import type { HashedPolicy } from '../state.ts'
import { attributesMatchPolicy, attributesReachFiles, infoAttributesMatchPolicy } from './attributes.ts'
import { fail, type Diagnosis, type Examination } from './diagnosis.ts'
import { filesAreSealed, noLinksAreProtected, noPlaintextIsCached, noTemporaryFilesAreLeft } from './files.ts'
import { ciRunsTheCheck, historyIsWhole, hooksAreInstalled } from './gate.ts'
import {
  epochsAreKnown,
  identityIsThere,
  keysAreUnambiguous,
  keysAreUnlocked,
  recipientsAreReadable,
} from './keys.ts'
import { lfsIsReady } from './lfs.ts'
import { repair } from './repair.ts'
import { filterIsInstalled, gitIsRecentEnough, nothingOverridesFilter } from './settings.ts'
import { policyIsTrusted, stateCanBeWritten, stateIsPrivate } from './state.ts'

/** What there is to look at, by the name that `--json` gives it. */
const EXAMINATIONS: Readonly<Record<string, Examination>> = {
  git: gitIsRecentEnough,
  filter: filterIsInstalled,
  overrides: nothingOverridesFilter,
  attributes: attributesMatchPolicy,
  'info-attributes': infoAttributesMatchPolicy,
  'attributes-reach': attributesReachFiles,
  symlinks: noLinksAreProtected,
  sealed: filesAreSealed,
  'textconv-cache': noPlaintextIsCached,
  hooks: hooksAreInstalled,
  ci: ciRunsTheCheck,
  history: historyIsWhole,
  lfs: lfsIsReady,
  keys: keysAreUnambiguous,
  epochs: epochsAreKnown,
  members: recipientsAreReadable,
  identity: identityIsThere,
  unlocked: keysAreUnlocked,
  private: stateIsPrivate,
  writable: stateCanBeWritten,
  leftovers: noTemporaryFilesAreLeft,
  policy: policyIsTrusted,
}

export interface NamedDiagnosis extends Diagnosis {
  readonly check: string
}

/** Looks at everything that lets gitward work here. `fix` first mends what can be mended without a question. */
export async function doctor(context: Context, { fix }: { fix: boolean }): Promise<NamedDiagnosis[]> {
  const policy = await requirePolicy(context)
  if (fix) repair(context, policy)
  const found: NamedDiagnosis[] = []
  for (const [check, examine] of Object.entries(EXAMINATIONS))
    found.push(...(await examined(examine, context, policy)).map(each => ({ check, ...each })))
  return found
}

async function examined(examine: Examination, context: Context, policy: HashedPolicy): Promise<Diagnosis[]> {
  try {
    return [await examine(context, policy)].flat()
  } catch (error) {
    if (!(error instanceof GitwardError)) throw error
    return [fail(error.message, error.hint)]
  }
}
