import { describe, expect, it } from 'vitest'
import { progressBar, size } from '../../../src/cli/progress.ts'
import type { Progress } from '../../../src/flows/files/effects.ts'

const GIB = 2 ** 30

/** What a bar shows when it is told this, [milliseconds, bytes done, work] each. */
function shown(...told: readonly (readonly [number, number, Progress['work']?])[]): string[] {
  const lines: string[] = []
  let clock = 0
  const tell = progressBar({ status: text => lines.push(text) }, () => clock)
  for (const [at, done, work = 'seal'] of told) {
    clock = at
    tell({ work, done, total: 4 * GIB })
  }
  return lines
}

describe('the progress bar', () => {
  it('shows how far, how fast and how long, and goes at the end', () => {
    expect(shown([0, 0], [1000, GIB], [4000, 2 * GIB], [8000, 4 * GIB])).toEqual([
      'encrypting  25 %  1.0 GiB of 4.0 GiB  1024 MiB/s  0:03 left',
      'encrypting  50 %  2.0 GiB of 4.0 GiB  512 MiB/s  0:04 left',
      '',
    ])
  })

  it('starts anew with each work', () => {
    expect(
      shown([0, 0, 'hash'], [2000, 2 * GIB, 'hash'], [4000, 4 * GIB, 'hash'], [4000, 0], [5000, GIB]),
    ).toEqual([
      'reading  50 %  2.0 GiB of 4.0 GiB  1024 MiB/s  0:02 left',
      '',
      'encrypting  25 %  1.0 GiB of 4.0 GiB  1024 MiB/s  0:03 left',
    ])
  })

  it('shows nothing for work that is done at once', () => {
    expect(shown([0, 0], [100, GIB], [299, 4 * GIB])).toEqual([])
  })

  it('is written ten times a second at most, however often it is told', () => {
    expect(
      shown([0, 0], [1000, GIB], [1001, GIB + 1], [1099, GIB + 2], [1100, 2 * GIB], [1101, 4 * GIB]),
    ).toEqual([
      'encrypting  25 %  1.0 GiB of 4.0 GiB  1024 MiB/s  0:03 left',
      'encrypting  50 %  2.0 GiB of 4.0 GiB  1862 MiB/s  0:02 left',
      '',
    ])
  })

  it('counts minutes, and no time before anything is done', () => {
    expect(shown([0, 0], [1000, 0], [64_000, 2 * GIB])).toEqual([
      'encrypting   0 %  0 bytes of 4.0 GiB',
      'encrypting  50 %  2.0 GiB of 4.0 GiB  32 MiB/s  1:04 left',
    ])
  })
})

it.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [1.5 * 2 ** 20, '1.5 MiB'],
  [5 * 2 ** 40, '5.0 TiB'],
  [2 ** 55, '32768.0 TiB'],
])('size of %d is %s', (bytes, text) => {
  expect(size(bytes)).toBe(text)
})
