import type { Progress } from '../flows/files/effects.ts'
import type { CommandInput } from './command.ts'
import type { Printer } from './print.ts'

const WORDS: Readonly<Record<Progress['work'], string>> = {
  hash: 'reading',
  seal: 'encrypting',
  open: 'decrypting',
}
const WAIT_MILLISECONDS = 300
const BETWEEN_MILLISECONDS = 100
const MIB = 2 ** 20

/** Shows how far long work is, if somebody looks on: not with -q, in CI or away from a terminal. */
export function onProgress({
  typed,
  surroundings,
  print,
}: CommandInput): ((progress: Progress) => void) | undefined {
  if (!process.stderr.isTTY || surroundings.env['CI'] || typed.flag('quiet')) return undefined
  const show = progressBar(print)
  let last: Progress | undefined
  process.once('exit', () => last && show({ ...last, done: last.total })) // Ctrl-C leaves no half line
  return progress => show((last = progress))
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
  let shownAt: number | null = null
  return progress => {
    const time = now()
    if (progress.work !== work) {
      work = progress.work
      start = time
    }
    if (progress.done >= progress.total) {
      if (shownAt !== null) print.status('')
      shownAt = null
      return
    }
    if (time - start < WAIT_MILLISECONDS || time - (shownAt ?? -Infinity) < BETWEEN_MILLISECONDS) return
    print.status(line(progress, (time - start) / 1000))
    shownAt = time
  }
}

/** `encrypting  42 %  1.7 of 4.0 GiB  830 MiB/s  0:03 left`. */
function line({ work, done, total }: Progress, seconds: number): string {
  const rate = done / seconds
  const left = rate > 0 ? `  ${clock((total - done) / rate)} left` : ''
  const speed = rate >= MIB ? `  ${(rate / MIB).toFixed(0)} MiB/s` : ''
  const percent = String(Math.floor((100 * done) / total)).padStart(3)
  return `${WORDS[work]} ${percent} %  ${size(done)} of ${size(total)}${speed}${left}`
}

/** Bytes for people. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return power === 0 ? `${bytes} bytes` : `${(bytes / 2 ** (10 * power)).toFixed(1)} ${units[power]}`
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.ceil(seconds) % 60).padStart(2, '0')}`
