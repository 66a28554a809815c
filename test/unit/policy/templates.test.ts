import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { managedBlock } from '../../../src/policy/attributes.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { compilePolicy } from '../../../src/policy/policy.ts'

const template = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../../templates/policy', name), 'utf8')

it('the policy of templates/ is valid, and the attributes beside it are what it asks git for', () => {
  const policy = compilePolicy(parsePolicy(template('config.yaml')))
  expect(template('gitattributes')).toBe(managedBlock(policy))
})
