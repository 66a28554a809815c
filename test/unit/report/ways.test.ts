import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../..')
const page = readFileSync(path.join(root, 'docs/gate.md'), 'utf8')
const rows = page
  .split('<!-- ways: ')[1]!
  .split('\n\n')[1]!
  .split('\n')
  .slice(2)
  .map(row => row.split(' | ').at(-1)!.replace(/ \|$/, ''))

describe('docs/gate.md', () => {
  it('has many ways', () => {
    expect(rows.length).toBeGreaterThan(25)
  })

  it.each(rows)('names a test that exists: %s', cell => {
    const [, name, title] = /^`([a-z-]+)` › (.+)$/.exec(cell) ?? []
    const file = path.join(root, `test/e2e/${name}.test.ts`)
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toContain(title)
  })
})
