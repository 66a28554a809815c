import { GitwardError } from '../../core/errors.ts'
import { primitives } from '../../crypto/node.ts'
import { formatEpochRecord, membersMac } from '../../keys/epoch.ts'
import { noPins } from '../../keys/pins.ts'
import {
  assertMemberName,
  assertOneClass,
  formatRecipients,
  parseRecipients,
  type Recipient,
} from '../../keys/recipients.ts'
import { pinEpochs } from '../../keys/trust.ts'
import { assertRecipient, wrap } from '../../keys/wrap.ts'
import type { Context } from '../context.ts'
import { recipientsPath } from '../names.ts'
import { requirePolicy } from '../policy-trust.ts'
import { loadTrust, withLock, writeTracked } from '../state.ts'
import { epochFiles, readTrackedText } from '../tracked.ts'
import { gatherKeys } from './gather-keys.ts'
import type { OpenedEpoch } from './open-epochs.ts'
import { assertScopeName, noSuchScope } from './scope.ts'

export interface MemberAdded {
  readonly scope: string
  readonly added: number
  /** Files that were written, to be committed. */
  readonly written: readonly string[]
}

/**
 * Wraps every epoch of a scope for one more member.
 * @throws {GitwardError} USAGE for a mistyped or known recipient, CONFIG for a mix of classes, LOCKED or
 *   NOT_A_RECIPIENT if the caller is no member, WRONG_KEY if the recipients file is not what members agreed to.
 */
export async function addMember(
  context: Context,
  scope: string,
  name: string,
  recipients: readonly string[],
): Promise<MemberAdded> {
  assertScopeName(scope)
  assertMemberName(name)
  return withLock(context.repository, async () => {
    const before = membersOf(context, scope)
    const added = await newRecipients(before, scope, name, recipients)
    const after = [...before, ...added]
    assertOneClass(after, `scope ${scope}`)
    const epochs = await openedEpochs(context, scope)
    for (const epoch of epochs) assertCovered(epoch, [before, after])
    const written = await rewrap(context, epochs, after)
    return { scope, added: added.length, written }
  })
}

/** Those of `recipients` that the scope lacks. @throws {GitwardError} USAGE for a mistyped or known one. */
async function newRecipients(
  before: readonly Recipient[],
  scope: string,
  name: string,
  recipients: readonly string[],
): Promise<Recipient[]> {
  const wanted = [...new Set(recipients)].map(recipient => ({ name, recipient }))
  for (const each of wanted) await assertRecipient(each)
  const holder = (each: Recipient) => before.find(({ recipient }) => recipient === each.recipient)
  const taken = wanted.map(holder).find(each => each && each.name !== name)
  const added = wanted.filter(each => !holder(each))
  if (!taken && added.length > 0) return added
  throw new GitwardError(
    'USAGE',
    taken
      ? `this recipient is ${taken.name}'s: scope ${scope} has it already`
      : `${name} is a member of scope ${scope} already`,
    { hint: `gitward member list --scope ${scope}` },
  )
}

/** The recipients of a scope, in file order. @throws {GitwardError} USAGE if there is no such scope. */
export function membersOf({ repository }: Context, scope: string): Recipient[] {
  const text = readTrackedText(repository, recipientsPath(scope))
  if (text === null) throw noSuchScope(scope)
  return parseRecipients(text, scope)
}

/** Every scope that has epoch files. */
export const scopesOf = ({ repository }: Pick<Context, 'repository'>): string[] =>
  [...new Set(epochFiles(repository).map(({ scope }) => scope))].sort()

/** All epochs of a scope, opened and trusted: a member always gets every one. */
async function openedEpochs(context: Context, scope: string): Promise<OpenedEpoch[]> {
  const { compiled } = await requirePolicy(context)
  const { opened, files } = await gatherKeys(context, compiled.repo)
  const ofScope = opened.filter(each => each.scope === scope)
  const missing = files.find(file => file.scope === scope && !ofScope.some(each => each.epoch === file.epoch))
  if (missing) {
    throw new GitwardError(
      'NOT_A_RECIPIENT',
      `you cannot open epoch ${missing.epoch} of scope ${scope}: only its members add members`,
      {
        hint: `gitward member list --scope ${scope}`,
      },
    )
  }
  pinEpochs(loadTrust(context.repository)?.pins ?? noPins(compiled.repo), ofScope)
  return ofScope
}

/**
 * Nobody may be slipped into the recipients file and then get wrapped along with the next member. The list
 * after the change is agreed to as well: an interrupted run left it.
 */
function assertCovered(
  { scope, epoch, key, record }: OpenedEpoch,
  lists: readonly (readonly Recipient[])[],
): void {
  if (lists.some(list => primitives.equal(membersMac(key, scope, epoch, list), record.members))) return
  throw new GitwardError(
    'WRONG_KEY',
    `${recipientsPath(scope)} holds recipients that no member added with gitward: they would be let in`,
    {
      hint: `git log -p -- ${recipientsPath(scope)}`,
    },
  )
}

/** Key files first: a reader that sees the new list can open with it. */
async function rewrap(
  { repository }: Context,
  epochs: readonly OpenedEpoch[],
  recipients: readonly Recipient[],
): Promise<string[]> {
  const [first] = epochs
  const texts = new Map<string, string>()
  for (const { file, scope, epoch, key, record } of epochs) {
    const members = membersMac(key, scope, epoch, recipients)
    texts.set(file.path, await wrap(formatEpochRecord({ ...record, members }), recipients))
  }
  texts.set(recipientsPath(first!.scope), formatRecipients(recipients))
  for (const [relative, text] of texts) writeTracked(repository, relative, text)
  return [...texts.keys()]
}
