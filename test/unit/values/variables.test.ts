import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GitwardError } from '../../../src/core/errors.ts'
import { readVariables } from '../../../src/flows/values/variables.ts'

async function variablesOf(files: Readonly<Record<string, string>>, named?: readonly string[]) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'gitward-variables-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text)
  try {
    const { values } = await readVariables({ cwd, env: {}, warn: () => {} }, named ?? Object.keys(files))
    return Object.fromEntries(values)
  } catch (error) {
    if (error instanceof GitwardError) return `${error.code} ${error.message}`
    throw error
  }
}

describe('variables of a file', () => {
  it.each([
    ['.env', 'A=1\nb_2="x\\ny" # c\nA=2\nE=\n', { A: '2', b_2: 'x\ny', E: '' }],
    [
      'a.yaml',
      'db: {password: 007, api-key: yes}\nhosts: [a, {pw: b}]\nnone: ~\nempty: {}\n',
      { DB_PASSWORD: '007', DB_API_KEY: 'yes', HOSTS_0: 'a', HOSTS_1_PW: 'b', NONE: '' },
    ],
    ['a.json', '{"a": {"b": 1.10, "c": null}}', { A_B: '1.10', A_C: '' }],
  ])('%s %j', async (name, text, expected) => {
    expect(await variablesOf({ [name]: text })).toEqual(expected)
  })

  it('a later file wins', async () => {
    expect(await variablesOf({ 'a.env': 'A=1\nB=1\n', 'b.env': 'A=2\n' })).toEqual({ A: '2', B: '1' })
  })

  it('.env is the default', async () => {
    expect(await variablesOf({ '.env': 'A=1\n' }, [])).toEqual({ A: '1' })
    expect(await variablesOf({}, [])).toBe('USAGE there is no .env here')
  })

  it.each([
    ['.env', 'a.b=hunter2\n', 'CONFIG .env: "a.b" is no name for a variable'],
    ['.env', 'A=hun\0ter2\n', 'CONFIG .env: A holds a NUL byte, which no variable can'],
    ['a.yaml', 'a: "hunter\\0"\n', 'CONFIG a.yaml: A holds a NUL byte, which no variable can'],
    ['a.yaml', '1a: hunter2\n', 'CONFIG a.yaml: "1A" is no name for a variable'],
    ['a.yaml', 'hunter2\n', 'CONFIG a.yaml: a value without a key cannot be a variable'],
    ['a.yaml', 'a_b: x\na: {b: hunter2}\n', 'CONFIG a.yaml: two values would both be A_B'],
    ['a.yaml', 'a: [hunter2\n', 'MALFORMED a.yaml:2:1: not valid YAML (bad indent)'],
    [
      'a.txt',
      'A=hunter2\n',
      'CONFIG a.txt: its values cannot be told apart: it is none of yaml, json, dotenv',
    ],
  ])('%s %j is refused', async (name, text, expected) => {
    expect(await variablesOf({ [name]: text })).toBe(expected)
  })
})
