import { rmSync } from 'node:fs'

/** What else would end the process at once, without its exit handlers. */
const FATAL = { SIGTERM: 143, SIGHUP: 129 } as const

/** Until the returned function is called, the end of this process takes these files and folders with it. */
export function removeAtExit(...paths: readonly string[]): () => void {
  const remove = () => {
    for (const each of paths) rmSync(each, { recursive: true, force: true })
  }
  process.on('exit', remove)
  const undo = Object.entries(FATAL).map(([signal, code]) => {
    const exit = () => process.exit(code)
    process.on(signal, exit)
    return () => process.off(signal, exit)
  })
  return () => {
    process.off('exit', remove)
    for (const each of undo) each()
  }
}
