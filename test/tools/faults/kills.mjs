// SIGKILL to a command, git and the filter together, at a random moment.
import path from 'node:path'
import { steps } from './steps.mjs'
import { lazily, makeRepository, problemsAfter, random, root, start } from './world.mjs'

/** @returns a trial for each step, all on one repository. */
export function kills() {
  const made = lazily(() => makeRepository(path.join(root, 'killed')))
  return steps.map(step => ({ name: `killed: ${step.name}`, strike: killer(made, step) }))
}

function killer(made, { prepare, once }) {
  let whole = null // milliseconds that the command takes when nobody kills it
  return async () => {
    const repository = made()
    whole ??= await duration(repository, prepare(repository), once)
    const command = prepare(repository)
    const { killed } = await start(repository, command, random() * whole * 1.1)
    return { struck: killed, problems: problemsAfter(repository, once ? null : command) }
  }
}

async function duration(repository, command, once) {
  const before = performance.now()
  const { status, stderr } = await start(repository, command)
  if (status !== 0) throw new Error(stderr)
  const taken = performance.now() - before
  const problems = problemsAfter(repository, once ? null : command)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return taken
}
