import { readdirSync, readFileSync } from 'node:fs'

const EVERY_MS = 25

/** Writes down the arguments of every process of this machine, as anybody may see them: what `ps` shows. */
export class Processes {
  readonly #seen = new Set<string>()
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.#look(), EVERY_MS)
    this.#timer.unref()
  }

  /** The arguments of each so far, NUL between them. */
  lines(): Buffer[] {
    return [...this.#seen].map(line => Buffer.from(line, 'latin1'))
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const id of running()) this.#seen.add(argumentsOf(id))
  }
}

const running = (): string[] => {
  try {
    return readdirSync('/proc').filter(name => /^\d+$/.test(name))
  } catch {
    return [] // no Linux: the hunt says that it saw no process
  }
}

const argumentsOf = (id: string): string => {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'latin1')
  } catch {
    return '' // it has ended meanwhile
  }
}
