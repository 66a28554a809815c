import { describe, expect, it } from 'vitest'
import { commandHelp, overview } from '../../../src/cli/help.ts'
import { GLOBAL_OPTIONS, parseTyped } from '../../../src/cli/parse.ts'
import { commands } from '../../../src/cli/table.ts'

describe.each(commands)('gitward $name', row => {
  it('has a synopsis that starts with its name and shows its options', async () => {
    const { command } = await row.load()
    for (const form of command.synopsis.split(' | ')) expect(`${form} `.startsWith(`${row.name} `)).toBe(true)
    const inSynopsis = command.synopsis.match(/(?<!\w)--?[a-zA-Z][a-zA-Z-]*/g) ?? []
    const known = new Set(
      Object.entries({ ...command.options, ...GLOBAL_OPTIONS }).flatMap(([name, { short }]) =>
        short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
      ),
    )
    expect(inSynopsis.filter(each => !known.has(each))).toEqual([])
    for (const [name, { short }] of Object.entries(command.options)) {
      expect(inSynopsis.some(each => each === `--${name}` || each === `-${short}`)).toBe(true)
    }
  })

  it('has an example that parses', async () => {
    const { command } = await row.load()
    const words = shellWords(command.example.slice(command.example.indexOf('gitward ')))
    expect(words.slice(0, 2)).toEqual(['gitward', row.name])
    expect(() => parseTyped(row.name, command, words.slice(2))).not.toThrow()
  })

  it('documents every option', async () => {
    const { command } = await row.load()
    const text = commandHelp(row, command)
    expect(text.startsWith(`usage: gitward ${command.synopsis}\n\n${row.summary}\n`)).toBe(true)
    expect(text.endsWith(`\nexample:\n  ${command.example}`)).toBe(true)
    for (const [name, { help, kind, value }] of Object.entries({
      ...command.options,
      ...GLOBAL_OPTIONS,
    })) {
      expect(help).toMatch(/^(?![A-Z][a-z])[^\n]+[^.\n]$/)
      expect(text).toContain(`--${name}`)
      expect(text).toContain(help)
      expect(kind === 'flag' || Boolean(value)).toBe(true)
    }
  })

  it('has options that do not clash with each other or the global ones', async () => {
    const { command } = await row.load()
    const all = [...Object.entries(command.options), ...Object.entries(GLOBAL_OPTIONS)]
    const names = all.map(([name]) => name)
    const shorts = all.flatMap(([, { short }]) => short ?? [])
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(shorts).size).toBe(shorts.length)
  })

  it('takes at least as many operands at most', async () => {
    const { command } = await row.load()
    const [min, max] = command.operands
    expect(min).toBeLessThanOrEqual(max)
  })
})

describe('gitward --help', () => {
  it('lists the commands for people, one a line', () => {
    const lines = overview(commands).split('\n')
    const listed = commands.map(({ name, summary }) =>
      lines.some(line => line.startsWith(`  ${name} `) && line.endsWith(`  ${summary}`)),
    )
    expect(listed).toEqual(commands.map(({ plumbing }) => !plumbing))
  })

  it('has each name once, with a summary in lower case', () => {
    const names = commands.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { summary } of commands) expect(summary).toMatch(/^[a-z][^\n]*[^.\n]$/)
  })

  it('fits into a narrow terminal', () => {
    for (const line of overview(commands).split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })
})

/** The words of a command line up to a redirection, quotes taken off. */
function shellWords(line: string): string[] {
  const words = Array.from(line.matchAll(/'([^']*)'|([^\s'"]+)/g), match => match[1] ?? match[2]!)
  const end = words.findIndex(each => each === '<' || each === '>' || each === '|')
  return end === -1 ? words : words.slice(0, end)
}
