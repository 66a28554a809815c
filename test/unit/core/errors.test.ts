import { describe, expect, expectTypeOf, it } from 'vitest'
import { GitwardError, hasCode, type ErrorCode } from '../../../src/core/errors.ts'

/** The exit codes that scripts rely on. A code that stands in no row does not compile. */
const EXIT_CODES = {
  1: ['FINDINGS', 'VERIFICATION'],
  2: ['USAGE', 'CONFIG'],
  3: ['LOCKED', 'NOT_A_RECIPIENT'],
  4: [
    'MALFORMED',
    'TAMPERED',
    'SIGNATURE',
    'MOVED',
    'WRONG_KEY',
    'WRONG_SCOPE',
    'UNKNOWN_KEY',
    'UNSUPPORTED_VERSION',
  ],
  5: ['REFUSED', 'DIRTY', 'GIT', 'IO'],
  130: ['INTERRUPTED'],
} as const satisfies Record<number, readonly ErrorCode[]>

type Listed = (typeof EXIT_CODES)[keyof typeof EXIT_CODES][number]
expectTypeOf<Listed>().toEqualTypeOf<ErrorCode>()

const rows = Object.entries(EXIT_CODES).flatMap(([exitCode, codes]) =>
  codes.map(code => ({ code, exitCode: Number(exitCode) })),
)

describe('GitwardError', () => {
  it.each(rows)('$code exits with $exitCode', ({ code, exitCode }) => {
    expect(new GitwardError(code, 'a message').exitCode).toBe(exitCode)
  })

  it('carries code, message, hint and cause', () => {
    const cause = new Error('below')
    const error = new GitwardError('IO', 'cannot read it', { hint: 'ls', cause })
    expect(error).toMatchObject({
      name: 'GitwardError',
      code: 'IO',
      message: 'cannot read it',
      hint: 'ls',
      cause,
    })
  })

  it('has neither hint nor cause when given none', () => {
    const error = new GitwardError('IO', 'cannot read it')
    expect(error.hint).toBeUndefined()
    expect('cause' in error).toBe(false)
  })
})

describe('hasCode', () => {
  it('is true for one of the codes, on our errors alone', () => {
    const error = new GitwardError('MOVED', 'moved')
    expect(hasCode(error, 'TAMPERED', 'MOVED')).toBe(true)
    expect(hasCode(error, 'TAMPERED')).toBe(false)
    expect(hasCode(Object.assign(new Error('moved'), { code: 'MOVED' }), 'MOVED')).toBe(false)
    expect(hasCode(undefined, 'MOVED')).toBe(false)
  })
})
