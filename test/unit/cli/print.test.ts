import { beforeEach, describe, expect, it, vi } from 'vitest'
import { printer, type PrinterOptions } from '../../../src/cli/print.ts'
import { GitwardError } from '../../../src/core/errors.ts'

const written: Record<number, string> = vi.hoisted(() => ({ 1: '', 2: '' }))
vi.mock('../../../src/flows/streams.ts', () => ({
  writeAll: (fd: number, bytes: Uint8Array) => {
    written[fd] += Buffer.from(bytes).toString('latin1')
  },
}))
beforeEach(() => {
  written[1] = ''
  written[2] = ''
})

const print = (options: Partial<PrinterOptions> = {}) =>
  printer({ env: {}, isTerminal: false, quiet: false, ...options })

const hasColour = (env: PrinterOptions['env'], isTerminal: boolean) =>
  print({ env, isTerminal }).paint.bad('x') !== 'x'

describe('streams', () => {
  it('data goes to standard output alone', () => {
    print().line('a')
    print().data(Uint8Array.of(0xff, 0x00))
    print().json([{ a: 1 }])
    expect(written).toEqual({ 1: 'a\n\xff\0[\n  {\n    "a": 1\n  }\n]\n', 2: '' })
  })

  it('everything else goes to standard error', () => {
    print().note('noted')
    print().warn('careful')
    print().error(new GitwardError('USAGE', 'no such thing', { hint: 'gitward --help' }))
    print().error(new GitwardError('IO', 'broken'))
    expect(written).toEqual({
      1: '',
      2: 'noted\ngitward: careful\ngitward: no such thing\n  try: gitward --help\ngitward: broken\n',
    })
  })

  it('-q silences notes, not warnings, errors or data', () => {
    const quiet = print({ quiet: true })
    quiet.note('noted')
    quiet.line('data')
    quiet.warn('careful')
    quiet.error(new GitwardError('IO', 'broken'))
    expect(written).toEqual({ 1: 'data\n', 2: 'gitward: careful\ngitward: broken\n' })
  })

  it('no name in a message can write to a terminal', () => {
    print().warn('a\u001b[2Jb\u202ec')
    print().note('one\ntwo\u0007')
    print().error(new GitwardError('IO', 'x\u009b', { hint: 'ls \u001b' }))
    expect(written[2]).toBe('gitward: a\\x1b[2Jb\\x202ec\none\ntwo\\x07\ngitward: x\\x9b\n  try: ls \\x1b\n')
  })

  it('an error’s cause is never written', () => {
    print().error(new GitwardError('IO', 'broken', { cause: new Error('hunter2') }))
    expect(written[2]).not.toContain('hunter2')
  })
})

describe('colour', () => {
  it('data never has any', () => {
    const painted = print({ env: { FORCE_COLOR: '1' } })
    painted.line('a')
    painted.json({})
    expect(written[1]).toBe('a\n{}\n')
  })

  it('marks the words in front', () => {
    print({ isTerminal: true }).error(new GitwardError('IO', 'broken', { hint: 'ls' }))
    expect(written[2]).toBe('\u001b[31mgitward:\u001b[0m broken\n\u001b[2m  try:\u001b[0m ls\n')
  })

  it.each<[string, PrinterOptions['env'], boolean, boolean]>([
    ['a terminal', {}, true, true],
    ['a pipe', {}, false, false],
    ['a terminal in CI', { CI: 'true' }, true, false],
    ['an empty CI', { CI: '' }, true, true],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR into a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR in CI', { FORCE_COLOR: '1', CI: 'true' }, false, true],
    ['FORCE_COLOR=0 on a terminal', { FORCE_COLOR: '0' }, true, false],
    ['an empty FORCE_COLOR into a pipe', { FORCE_COLOR: '' }, false, false],
    ['NO_COLOR beside FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
  ])('%s', (_, env, isTerminal, wanted) => {
    expect(hasColour(env, isTerminal)).toBe(wanted)
  })
})
