import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotenvEditor } from '../../../src/formats/dotenv-editor.ts'
import { envFormats } from '../../../src/flows/values/env-formats.ts'
import { secret } from './support.ts'

const variable = secret.filter(text => !/\0|\p{Surrogate}/u.test(text))

const written = (name: string, values: readonly string[], secrets: readonly string[] = []) => {
  const format = envFormats.find(each => each.name === name)!
  const variables = { values: new Map(values.map((value, i) => [`V${i}`, value])), secrets }
  return { text: format.write(variables), commands: format.commands?.(variables) }
}

const batch = fc.array(variable, { minLength: 1, maxLength: 40 })

/** What a real shell makes of it, the variables between NUL bytes. */
function evaluated(shell: string, script: string, count: number): string[] {
  const print = Array.from({ length: count }, (_, i) => `printf '%s\\0' "$V${i}"`).join('\n')
  const out = execFileSync(shell, ['-s'], {
    input: `${script}\n${print}\n`,
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  })
  return out.toString().split('\0').slice(0, -1)
}

describe('env', { timeout: 60_000 }, () => {
  it.each(['sh', 'bash'])('shell: a real %s gets every value', shell => {
    fc.assert(
      fc.property(batch, values => {
        expect(evaluated(shell, written('shell', values).text, values.length)).toEqual(values)
      }),
      { numRuns: 15 },
    )
  })

  it('json', () => {
    fc.assert(
      fc.property(batch, values => {
        expect(Object.values(JSON.parse(written('json', values).text))).toEqual(values)
      }),
    )
  })

  it('dotenv reads back', () => {
    fc.assert(
      fc.property(batch, values => {
        expect(Object.values(dotenvEditor.parse(written('dotenv', values).text) as object)).toEqual(values)
      }),
    )
  })

  it('powershell: between quotes, every kind of single quote doubled', () => {
    fc.assert(
      fc.property(batch, values => {
        expect(readPowerShell(written('powershell', values).text)).toEqual(values)
      }),
    )
    expect(written('powershell', ['it\u2019s']).text).toBe("$env:V0 = 'it\u2019\u2019s'\n")
  })

  it('github: the runner reads every value back', () => {
    fc.assert(
      fc.property(batch, values => {
        expect(readGithubFile(written('github', values).text)).toEqual(values)
      }),
    )
  })

  it('github: a delimiter of its own for each value, and a mask for each line of a secret', () => {
    const { text, commands } = written('github', ['a', 'b'], ['one\ntwo %25\r\n\n', 'two %25'])
    const delimiters = [...text.matchAll(/<<(gitward_[0-9a-f]{32})$/gm)].map(match => match[1])
    expect(new Set(delimiters).size).toBe(2)
    expect(commands).toBe('::add-mask::one\n::add-mask::two %2525\n')
  })
})

/** A verbatim string by the language's rule: any of five quote characters ends it, unless another follows. */
function readPowerShell(script: string): string[] {
  const isQuote = (unit: string | undefined) =>
    unit !== undefined && "'\u2018\u2019\u201a\u201b".includes(unit)
  const values: string[] = []
  let at = 0
  while (at < script.length) {
    const start = script.indexOf(" = '", at) + 4
    let value = ''
    for (at = start; ; at++) {
      if (!isQuote(script[at])) value += script[at]
      else if (isQuote(script[at + 1])) value += script[at++]
      else break
    }
    values.push(value)
    at += 2
  }
  return values
}

/** As actions/runner reads the file: NAME<<DELIMITER, lines up to the delimiter alone. */
function readGithubFile(text: string): string[] {
  const lines = text.split('\n')
  const values: string[] = []
  while (lines.length > 1) {
    const delimiter = lines.shift()!.split('<<')[1]!
    const end = lines.indexOf(delimiter)
    values.push(lines.splice(0, end).join('\n'))
    lines.shift()
  }
  return values
}
