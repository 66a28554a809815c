import { GitwardError } from '../../core/errors.ts'
import { shellWord } from '../../core/shell-word.ts'
import { inRepository, type Context } from '../../flows/context.ts'
import { addToBaseline, listBaseline, pruneBaseline } from '../../flows/gate/baseline.ts'
import { harmless } from '../../report/words.ts'
import type { Command, CommandInput } from '../command.ts'
import { meant } from '../parse.ts'

const VERBS = ['add', 'prune', 'list']

export const command: Command = {
  synopsis:
    'baseline add FINGERPRINT|FILE:LINE --reason TEXT [--owner NAME] [--expires DAY] [--range A..B] | baseline prune | baseline list [--json]',
  options: {
    reason: { kind: 'value', value: 'TEXT', help: 'why the finding may stay (add)' },
    owner: { kind: 'value', value: 'NAME', help: 'who answers for it (add; default: user.email of git)' },
    expires: { kind: 'value', value: 'DAY', help: 'the last day it is accepted, such as 2027-01-31 (add)' },
    range: { kind: 'value', value: 'A..B', help: 'a finding of these commits, not of the index (add)' },
    json: { kind: 'flag', help: 'list as JSON' },
  },
  operands: [1, 2],
  dashedOperand: /^-[\w-]{21}$/,
  example: "gitward baseline add test/fixture.ts:12 --reason 'expired in 2020'",
  async run(input) {
    const { typed, surroundings } = input
    const [verb, target] = typed.operands
    const context = inRepository(surroundings)
    if (verb === 'add') return add(context, input, target)
    assertPlain(verb!, input)
    if (verb === 'prune') return prune(context, input)
    return list(context, input)
  },
}

/** Nothing typed may be ignored. */
function assertPlain(verb: string, { typed }: CommandInput): void {
  if (!VERBS.includes(verb))
    throw usage(`${verb} is none of ${VERBS.join(', ')}${meant(verb, VERBS)}`, 'gitward baseline --help')
  const extra =
    typed.operands[1] ??
    ['reason', 'owner', 'expires', 'range'].map(name => typed.value(name) && `--${name}`).find(Boolean)
  if (extra !== undefined) throw usage(`${verb} takes no ${extra}`, 'gitward baseline --help')
}

async function add(
  context: Context,
  { typed, print, surroundings }: CommandInput,
  target: string | undefined,
): Promise<undefined> {
  if (target === undefined) throw usage('add needs a fingerprint or FILE:LINE', 'gitward check')
  const reason = typed.value('reason')?.trim()
  if (!reason) throw usage('add needs a reason', `gitward baseline add ${shellWord(target)} --reason '…'`)
  const range = typed.value('range')
  const added = await addToBaseline(context, {
    target,
    reason,
    owner: typed.value('owner'),
    expires: typed.value('expires') ?? '',
    scope: range === undefined ? { kind: 'all' } : { kind: 'range', range },
    cwd: surroundings.cwd,
    today: today(),
  })
  for (const { path, rule } of added) print.note(`accepted: ${rule} in ${path}`)
  print.note('next: git add .gitward/baseline.yaml && git commit')
  return undefined
}

async function prune(context: Context, { print }: CommandInput): Promise<undefined> {
  const removed = await pruneBaseline(context, today())
  for (const { path, rule, fingerprint } of removed)
    print.note(`removed: ${rule} in ${path} (${fingerprint})`)
  print.note(
    removed.length === 0
      ? 'every accepted finding is still there'
      : 'next: git add .gitward/baseline.yaml && git commit',
  )
  return undefined
}

async function list(context: Context, { typed, print }: CommandInput): Promise<undefined> {
  const entries = listBaseline(context, today())
  if (typed.flag('json')) {
    print.json(entries)
    return undefined
  }
  for (const { fingerprint, rule, path, reason, owner, expires, expired } of entries) {
    const until = expires === '' ? '' : expired ? `, expired ${expires}` : `, until ${expires}`
    print.line(harmless(`${fingerprint}  ${path}  ${rule}  ${owner}: ${reason}${until}`))
  }
  if (entries.length === 0) print.note('nothing is accepted')
  return undefined
}

const today = (): string => new Date().toISOString().slice(0, 10)

const usage = (problem: string, hint: string): GitwardError =>
  new GitwardError('USAGE', `baseline: ${problem}`, { hint })
