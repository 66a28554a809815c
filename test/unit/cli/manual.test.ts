import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { EXIT_STATUS } from '../../../src/cli/manual.ts'

it('the manual and the README tell the same exit codes', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  expect(readme).toContain(`Exit codes: ${EXIT_STATUS.map(row => row.join(' ')).join(', ')}.`)
})
