import { createInterface } from 'node:readline/promises'
import { GitwardError } from '../core/errors.ts'

/** A person is there to answer. */
export const isAtTerminal = (): boolean => process.stdin.isTTY && process.stderr.isTTY

/** Asks a yes-or-no question; an empty answer is yes. */
export async function confirm(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  asking.on('SIGINT', () => process.exit(130))
  try {
    return /^(?:y|yes|)$/i.test((await asking.question(`${question} [Y/n] `)).trim())
  } finally {
    asking.close()
  }
}

const ENTER = /[\r\n]/
const KEYS = {
  interrupt: '\u0003',
  endOfInput: '\u0004',
  backspace: '\u007f',
  backspaceToo: '\b',
  eraseAll: '\u0015',
}

/**
 * Reads one line from the terminal without showing it.
 * @throws {GitwardError} INTERRUPTED on Ctrl-C.
 */
export async function readSecret(question: string): Promise<string> {
  const { stdin, stderr } = process
  stdin.setRawMode(true) // first: what is typed ahead must not show either
  stderr.write(question)
  try {
    return await typedLine(stdin)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

function typedLine(stdin: NodeJS.ReadStream): Promise<string> {
  stdin.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    let typed: string[] = []
    const done = (finish: () => void) => {
      stdin.off('data', hear)
      finish()
    }
    const hear = (chunk: string) => {
      for (const key of chunk) {
        if (ENTER.test(key) || key === KEYS.endOfInput) return done(() => resolve(typed.join('')))
        if (key === KEYS.interrupt) return done(() => reject(new GitwardError('INTERRUPTED', 'interrupted')))
        if (key === KEYS.backspace || key === KEYS.backspaceToo) typed.pop()
        else if (key === KEYS.eraseAll) typed = []
        else typed.push(key)
      }
    }
    stdin.on('data', hear)
    stdin.resume()
  })
}
