import { GitwardError } from '../../core/errors.ts'
import { inRepository, type Context } from '../../flows/context.ts'
import { requirePolicy } from '../../flows/policy-trust.ts'
import { addMember, membersOf, scopesOf } from '../../flows/people/members.ts'
import type { Command, CommandInput } from '../command.ts'
import { meant } from '../parse.ts'

export const command: Command = {
  synopsis: 'member add NAME RECIPIENT… [--scope S] | member list [--scope S] [--json]',
  options: {
    scope: { kind: 'value', value: 'S', help: 'which scope (add: default; list: all)' },
    json: { kind: 'flag', help: 'list as JSON' },
  },
  operands: [1, Infinity],
  example: 'gitward member add alice age1pq1…',
  async run({ typed, surroundings, print }) {
    const [verb, ...rest] = typed.operands
    const context = inRepository(surroundings)
    if (verb === 'add') return add(context, rest, { typed, surroundings, print })
    if (verb === 'list' && rest.length === 0) return list(context, { typed, surroundings, print })
    throw new GitwardError(
      'USAGE',
      `member: ${verb} is neither add nor list${meant(verb!, ['add', 'list'])}`,
      { hint: 'gitward member --help' },
    )
  },
}

async function add(
  context: Context,
  [name, ...recipients]: readonly string[],
  { typed, print }: CommandInput,
): Promise<undefined> {
  if (name === undefined || recipients.length === 0) {
    throw new GitwardError('USAGE', 'member add: a name and at least one recipient are needed', {
      hint: 'gitward member add alice age1pq1…',
    })
  }
  const { scope, written } = await addMember(context, typed.value('scope') ?? 'default', name, recipients)
  print.note(`${name} is a member of scope ${scope}`)
  print.note(`wrote ${written.join(', ')}`)
  print.note(`next: git add .gitward && git commit -m "Add ${name} to ${scope}"`)
  return undefined
}

async function list(context: Context, { typed, print }: CommandInput): Promise<undefined> {
  const only = typed.value('scope')
  const scopes = only === undefined ? scopesOf(context) : [only]
  if (scopes.length === 0) await requirePolicy(context)
  const members = scopes.flatMap(scope => membersOf(context, scope).map(each => ({ scope, ...each })))
  if (typed.flag('json')) print.json(members)
  else for (const { scope, name, recipient } of members) print.line(`${scope}\t${name}\t${recipient}`)
  return undefined
}
