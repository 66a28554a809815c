import { sameBytes, toHex } from '../../core/bytes.ts'
import { GitwardError, hasCode } from '../../core/errors.ts'
import type { GitPath } from '../../core/path.ts'
import { primitives } from '../../crypto/node.ts'
import { membersMac } from '../../keys/epoch.ts'
import { mergeKeyrings, type Keyring } from '../../keys/keyring.ts'
import { noPins, pinnedFingerprint } from '../../keys/pins.ts'
import { parseRecipients, type Recipient } from '../../keys/recipients.ts'
import { pinEpochs, type Candidate } from '../../keys/trust.ts'
import type { Context } from '../context.ts'
import { installHooks, recordedHooks, type HooksReport } from '../hooks/install.ts'
import { recipientsPath } from '../names.ts'
import { policyToTrust, requirePolicy } from '../policy-trust.ts'
import { installInClone } from '../setup/install.ts'
import {
  loadKeyring,
  loadTrust,
  saveKeyring,
  saveTrust,
  withLock,
  type HashedPolicy,
  type Trust,
} from '../state.ts'
import { readTrackedText } from '../tracked.ts'
import { openWorkTree, type OnProgress } from '../work-tree.ts'
import { gatherKeys, type GatheredKeys, type KeyChoice } from './gather-keys.ts'

export interface UnlockOptions extends KeyChoice {
  /** A fingerprint that a person compared: it may replace a pin. */
  readonly expect?: string | undefined
  readonly onProgress?: OnProgress
}

export interface UnlockedScope {
  readonly scope: string
  readonly epoch: number
  /** Hex of the newest epoch's fingerprint, to compare with a teammate's. */
  readonly fingerprint: string
  /** True the first time that this machine trusts it. */
  readonly isNew: boolean
}

export interface UnlockReport {
  readonly unlocked: readonly UnlockedScope[]
  readonly lockedScopes: readonly string[]
  /** Files that were decrypted in the work tree. */
  readonly opened: number
  /** Files that would have to be rewritten and hold local edits. */
  readonly refused: readonly GitPath[]
  readonly warnings: readonly string[]
  readonly hooks: HooksReport
}

/**
 * Installs what a clone lacks, opens the epoch keys, pins them and decrypts the work tree.
 * @throws {GitwardError} LOCKED or NOT_A_RECIPIENT if no key opens; WRONG_KEY if one must not be trusted.
 */
export async function unlock(context: Context, options: UnlockOptions = {}): Promise<UnlockReport> {
  const policy = await requirePolicy(context)
  installInClone(context, policy)
  const hooks = installHooks(context, recordedHooks(context))
  return withLock(context.repository, async () => {
    const before = loadTrust(context.repository)
    const gathered = await gatherKeys(context, policy.compiled.repo, options)
    const keyring = mergeKeyrings(loadKeyring(context.repository), [...gathered.opened, ...gathered.supplied])
    const trust = extendTrust(context, before, policy, gathered, keyring, options.expect)
    saveTrust(context.repository, trust)
    saveKeyring(context.repository, keyring)
    const { rewritten, refused } = await openWorkTree(context, options.onProgress)
    const unlocked = newestOfEach(keyring, before)
    const scopes = new Set(gathered.files.map(({ scope }) => scope))
    return {
      unlocked,
      lockedScopes: [...scopes].filter(scope => !unlocked.some(each => each.scope === scope)),
      opened: rewritten,
      refused,
      warnings: [...membersWarnings(context, gathered), ...weakerWarnings(trust, policy)],
      hooks,
    }
  })
}

/** Pins the gathered keys and the policy. @throws {GitwardError} WRONG_KEY. */
function extendTrust(
  context: Context,
  before: Trust | null,
  policy: HashedPolicy,
  { opened, supplied }: GatheredKeys,
  keyring: Keyring,
  expect: string | undefined,
): Trust {
  if (before && before.pins.repo !== policy.compiled.repo) {
    throw new GitwardError(
      'WRONG_KEY',
      'the policy names another repository than the one that this machine trusts',
      {
        hint: 'git log -p -- .gitward/config.yaml',
      },
    )
  }
  const fresh = [...opened, ...supplied]
  assertExpected(fresh, expect)
  const known: Candidate[] = keyring.map(each => ({ ...each, record: null }))
  let pins = before?.pins ?? noPins(policy.compiled.repo)
  for (const scope of new Set(fresh.map(each => each.scope))) {
    const isNew = (old: Candidate) =>
      !fresh.some(each => each.scope === old.scope && each.epoch === old.epoch)
    const candidates = [...known.filter(isNew), ...fresh].filter(each => each.scope === scope)
    pins = pinEpochs(pins, candidates, { expect })
  }
  return {
    pins,
    policy: policyToTrust(context.repository, before?.policy ?? null, policy),
    accepted: before?.accepted ?? [],
  }
}

/** The fingerprint that a person typed must be there, or they would believe that it was compared. */
function assertExpected(fresh: readonly Candidate[], expect: string | undefined): void {
  if (expect === undefined || fresh.some(({ key }) => toHex(key.fingerprint) === expect)) return
  throw new GitwardError('WRONG_KEY', `no epoch key here has the fingerprint ${expect}`, {
    hint: 'git log -p -- .gitward/keys',
  })
}

function newestOfEach(keyring: Keyring, before: Trust | null): UnlockedScope[] {
  const newest = new Map(keyring.map(each => [each.scope, each])) // a keyring is sorted by epoch
  return [...newest.values()].map(({ scope, epoch, key }) => {
    const known = before && pinnedFingerprint(before.pins, scope, epoch)
    const isNew = !known || !sameBytes(known, key.fingerprint)
    return { scope, epoch, fingerprint: toHex(key.fingerprint), isNew }
  })
}

/** A recipients file that no member vouched for: somebody edited it by hand. The keys are open all the same. */
function membersWarnings(context: Context, { opened }: GatheredKeys): string[] {
  return opened.flatMap(({ scope, epoch, key, record }) => {
    const file = recipientsPath(scope)
    const recipients = readableRecipients(context, scope)
    if (recipients && primitives.equal(membersMac(key, scope, epoch, recipients), record.members)) return []
    return [`${file} is not the list that epoch ${epoch} was made for: see \`git log -p -- ${file}\``]
  })
}

/** Null if the file is not in its form. */
function readableRecipients({ repository }: Context, scope: string): Recipient[] | null {
  try {
    return parseRecipients(readTrackedText(repository, recipientsPath(scope)) ?? '', scope)
  } catch (error) {
    if (hasCode(error, 'CONFIG')) return null
    throw error
  }
}

const weakerWarnings = (trust: Trust, policy: HashedPolicy): string[] =>
  trust.policy?.hash === policy.hash
    ? []
    : ['the policy here is weaker than the one this machine trusts; if that is meant: gitward policy accept']
