import type { Crew, Progress } from '../../model/parallel.ts'
import type { FilterEffects } from '../filter/session.ts'

/** What the commands on single files need of the world. */
export interface FileEffects extends FilterEffects {
  /** The script of model threads. */
  readonly worker: string
  /** Threads at most. */
  readonly jobs: number
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Asks for a passphrase; absent where nobody is there to answer. */
  readonly askPassphrase?: ((question: string) => Promise<string>) | undefined
}

export const crewOf = ({ worker, jobs, onProgress }: FileEffects): Crew => ({ worker, jobs, onProgress })

export type { Progress } from '../../model/parallel.ts'
