import { GitwardError } from '../../core/errors.ts'
import { inHistory, inRepositoryFast, type Context } from '../../flows/context.ts'
import { check } from '../../flows/gate/check.ts'
import { prePushPush, preReceivePush } from '../../flows/gate/ref-updates.ts'
import type { CheckScope } from '../../flows/gate/subjects.ts'
import { recordSkip } from '../../flows/hooks/skipped.ts'
import { textReport } from '../../report/text.ts'
import type { Command, CommandInput } from '../command.ts'
import { meant } from '../parse.ts'
import { verdict } from '../reporting.ts'
import { readStandardInput } from '../standard-input.ts'

interface HookRow {
  readonly name: string
  /** What is judged, given what git says. */
  scope(argument: string): CheckScope
  /** True where it judges the pushes of others: GITWARD=0 is theirs to set, and does not count. */
  readonly isServers?: true
}

const staged = (): CheckScope => ({ kind: 'staged' })

const hooks: readonly HookRow[] = [
  { name: 'pre-commit', scope: staged },
  { name: 'pre-merge-commit', scope: staged },
  { name: 'pre-applypatch', scope: staged },
  {
    name: 'pre-push',
    scope: remote => ({ kind: 'push', push: prePushPush(readStandardInput(), remote) }),
  },
  {
    name: 'pre-receive',
    scope: () => ({ kind: 'push', push: preReceivePush(readStandardInput()) }),
    isServers: true,
  },
]

export const command: Command = {
  synopsis: 'hook NAME [ARGUMENT]…',
  options: {},
  operands: [1, Infinity],
  example: 'gitward hook pre-commit',
  async run({ typed, surroundings, print }) {
    const hook = hookNamed(typed.operands[0]!)
    const scope = hook.scope(typed.operands[1] ?? '')
    const context = scope.kind === 'push' ? inHistory(surroundings) : inRepositoryFast(surroundings)
    if (surroundings.env['GITWARD'] === '0' && !hook.isServers) return skip(hook, context, print)
    const report = await check(context, scope, new Date().toISOString().slice(0, 10))
    const code = verdict(report)
    if (code === 0) return 0
    print.note(textReport(report).trimEnd())
    print.warn(
      `${hook.name} refuses; mend what stands above${hook.isServers ? '' : ' (GITWARD=0 skips this hook once)'}`,
    )
    return code
  },
}

function skip({ name }: HookRow, { repository }: Context, print: CommandInput['print']): undefined {
  recordSkip(repository, name, new Date())
  print.warn(`GITWARD=0: ${name} looked at nothing; gitward check --range, in CI, still does`)
}

function hookNamed(name: string): HookRow {
  const known = hooks.find(each => each.name === name)
  if (known) return known
  const names = hooks.map(each => each.name)
  throw new GitwardError('USAGE', `hook: there is no hook ${name}${meant(name, names)}`, {
    hint: 'gitward hook pre-commit',
  })
}
