import type { Progress } from '../flows/files/effects.ts'
import type { CommandInput } from './command.ts'
import type { Printer } from './print.ts'

const WORDS: Readonly<Record<Progress['work'], string>> = {
  hash: 'reading',
  seal: 'encrypting',
  open: 'decrypting',
}
const WAIT_MILLISECONDS = 300
const MIB = 2 ** 20

/** Shows how far long work is, if somebody looks on: not with -q, in CI or away from a terminal. */
export function onProgress({
  typed,
  surroundings,
  print,
}: CommandInput): ((progress: Progress) => void) | undefined {
  const hasBar = process.stderr.isTTY && !surroundings.env['CI'] && !typed.flag('quiet')
  return hasBar ? progressBar(print) : undefined
}

/**
 * One line on a terminal that is rewritten until the work is done, and then goes; nothing for work that is done at
 * once. `now` gives milliseconds.
 */
export function progressBar(
  print: Pick<Printer, 'status'>,
  now: () => number = () => performance.now(),
): (progress: Progress) => void {
  let work: Progress['work'] | undefined
  let start = 0
  let isShown = false
  return progress => {
    if (progress.work !== work) {
      work = progress.work
      start = now()
    }
    const elapsed = now() - start
    const isDone = progress.done >= progress.total
    if (isDone && isShown) print.status('')
    if (!isDone && elapsed >= WAIT_MILLISECONDS) print.status(line(progress, elapsed / 1000))
    isShown = !isDone && (isShown || elapsed >= WAIT_MILLISECONDS)
  }
}

/** `encrypting  42 %  1.7 of 4.0 GiB  830 MiB/s  0:03 left`. */
function line({ work, done, total }: Progress, seconds: number): string {
  const rate = done / seconds
  const left = rate > 0 ? `  ${clock((total - done) / rate)} left` : ''
  const percent = String(Math.floor((100 * done) / total)).padStart(3)
  return `${WORDS[work]} ${percent} %  ${size(done)} of ${size(total)}  ${(rate / MIB).toFixed(0)} MiB/s${left}`
}

/** Bytes for people. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return power === 0 ? `${bytes} bytes` : `${(bytes / 2 ** (10 * power)).toFixed(1)} ${units[power]}`
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.ceil(seconds) % 60).padStart(2, '0')}`
