import { describe, expect, it } from 'vitest'
import { formatNameOf, formats, loadFormat } from '../../../src/formats/table.ts'
import { assertCarried, outcome, fakeToken } from './support.ts'

describe('the formats', () => {
  it.each([
    ['a.yaml', 'yaml'],
    ['config/prod.yml', 'yaml'],
    ['A.YAML', 'yaml'],
    ['a.json', 'json'],
    ['tsconfig.jsonc', 'json'],
    ['.env', 'dotenv'],
    ['a/.env', 'dotenv'],
    ['a/.env.local', 'dotenv'],
    ['prod.env', 'dotenv'],
    ['.env.json', 'json'],
    ['.env/notes', null],
    ['.envrc', null],
    ['a.env.local', null],
    ['a.json5', null],
    ['a.jsonl', null],
    ['yaml', null],
    ['a.yaml.bak', null],
  ])('%s is %s by its name', (path, name) => {
    expect(formatNameOf(path)).toBe(name)
  })

  it('have one row each', () => {
    expect(formats.map(row => row.name)).toEqual(['yaml', 'json', 'dotenv'])
  })

  describe.each(formats)('$name', ({ name }) => {
    it('loads by its name', async () => {
      expect((await loadFormat(name)).name).toBe(name)
    })

    it('gives back the token it quoted', async () => {
      const format = await loadFormat(name)
      expect(format.unquote(format.quote(fakeToken(1)))).toBe(fakeToken(1))
    })

    it('carries an empty file', async () => {
      expect(assertCarried(await loadFormat(name), '')).toBe('')
    })

    it('keeps a secret out of its errors', async () => {
      const format = await loadFormat(name)
      const message = outcome(() => format.locate('{"hunter2": "hunter2'))
      expect(message).toMatch(/^MALFORMED 1:\d+: /)
      expect(message).not.toContain('hunter2')
    })
  })
})
