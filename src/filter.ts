// What git starts: no argument parser, no command table, nothing but the filter. It is built as CommonJS, which
// node starts faster than a module (docs/adr/0090-filter-is-commonjs.md).
import { GitwardError } from './core/errors.ts'
import { filterOnce, filterProcess, tellError } from './flows/filter/process.ts'
import type { FilterEffects } from './flows/filter/session.ts'
import { readAll, writeAll } from './flows/streams.ts'

const effects: FilterEffects = {
  cwd: process.cwd(),
  env: process.env,
  warn: message => writeAll(2, Buffer.from(`gitward: ${message}\n`)),
}

const [verb, ...operands] = process.argv.slice(2)
process.exitCode = 5 // until main answers: a promise that is never settled is no success
void main()

async function main(): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (error) {
    process.exitCode = tellError(error, effects.warn).exitCode
  }
}

async function run(): Promise<number> {
  const [file = ''] = operands
  if (verb === 'filter-process') await filterProcess(effects)
  else if (verb === 'clean' || verb === 'smudge')
    writeAll(1, await filterOnce(verb, file, readAll(0), effects))
  else if (verb === 'merge-driver') return merge()
  else throw new GitwardError('USAGE', `unknown filter command ${verb}`, { hint: 'gitward --help' })
  return 0
}

async function merge(): Promise<number> {
  const { mergeDriver } = await import('./flows/merge/driver.ts')
  const [base = '', ours = '', theirs = '', markerLength, path = ''] = operands
  return (await mergeDriver(effects, { base, ours, theirs, markerLength: Number(markerLength), path }))
    ? 0
    : 1
}
