import { availableParallelism } from 'node:os'
import { GitwardError } from '../core/errors.ts'
import type { FileEffects } from '../flows/files/effects.ts'
import type { CommandInput, OptionTable } from './command.ts'
import { onProgress } from './progress.ts'
import { isAtTerminal, readSecret } from './prompt.ts'

const MAX_JOBS = 64
/** More threads than this bring little, and each takes some 25 MB. */
const DEFAULT_JOBS = 4

export const JOBS_OPTION: OptionTable = {
  jobs: { kind: 'value', value: 'N', help: 'threads (default: one a processor, at most 4)' },
}

export const IDENTITY_OPTION: OptionTable = {
  identity: {
    kind: 'list',
    value: 'FILE',
    help: 'age identity file, for portable files (default: the environment, then yours)',
  },
}

/** What the commands on single files need of the command line. */
export function fileEffects(input: CommandInput): FileEffects {
  return {
    ...input.surroundings,
    jobs: jobsOf(input.typed.value('jobs')),
    onProgress: onProgress(input),
    askPassphrase: isAtTerminal() ? readSecret : undefined,
  }
}

function jobsOf(text: string | undefined): number {
  if (text === undefined) return Math.min(availableParallelism(), DEFAULT_JOBS)
  const jobs = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (jobs >= 1 && jobs <= MAX_JOBS) return jobs
  throw new GitwardError('USAGE', `--jobs is a number from 1 to ${MAX_JOBS}`, { hint: '--jobs 2' })
}
