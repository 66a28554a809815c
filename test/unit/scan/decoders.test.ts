import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/core/bytes.ts'
import { layersOf } from '../../../src/scan/decoders.ts'
import { fileLayer } from '../../../src/scan/layer.ts'
import { alphabets, filler } from '../../../src/scan/rules/samples.ts'
import { isNotebookPath } from '../../../src/scan/notebook.ts'
import { latin1 } from '../../../src/scan/window.ts'
import { scanText } from './support.ts'

const secret = `glpat-${filler(20, alphabets.url)}`
const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')
const percent = (text: string) =>
  text.replace(/[^A-Za-z]/g, c => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
const allPercent = (text: string) =>
  Array.from(text, c => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
const unicode = (text: string) =>
  Array.from(text, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
const hexEscapes = (text: string) => Array.from(text, c => `\\x${c.charCodeAt(0).toString(16)}`).join('')

/** The text in the file that each finding points at. */
function foundAt(text: string, isNotebook = false): string[] {
  return scanText(text, { isNotebook }).map(({ rule, start, end }) => {
    expect(rule).toBe('gitlab-token')
    return latin1(utf8(text), start, end)
  })
}

describe('encoded secrets', () => {
  it.each([
    ['base64', base64(`token: ${secret}\n`)],
    ['base64url', base64(`token: ${secret}\n`).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')],
    ['hex', hex(`token: ${secret}`)],
    ['HEX', hex(`token: ${secret}`).toUpperCase()],
    ['percent escapes', percent(`a=b&token=${secret}`)],
    ['percent escapes of every character', allPercent(secret)],
    ['unicode escapes', unicode(secret)],
    ['hex escapes', hexEscapes(secret)],
    ['base64 in base64', base64(`data: ${base64(`the token: ${secret}`)}`)],
    ['hex in base64 in percent', percent(base64(`hex ${hex(`token=${secret}`)}`))],
  ])('%s is found, with the place of the encoded text', (_name, encoded) => {
    const text = `first line\nvalue = "${encoded}"\n`
    const [place, ...others] = foundAt(text)
    expect(others).toEqual([])
    expect(encoded).toContain(place!)
    expect(place!.length).toBeGreaterThanOrEqual(secret.length)
  })

  it.each([0, 1, 2])('base64 at offset %d points at the digits that carry the secret', shift => {
    const encoded = base64(`${'-'.repeat(30 + shift)} ${secret} and more`)
    const [place] = foundAt(`x: ${encoded}\n`)
    const at = encoded.indexOf(place!)
    const aligned = encoded.slice(at - (at % 4), at + place!.length)
    expect(Buffer.from(aligned, 'base64').toString()).toContain(secret)
    expect(place!.length).toBeLessThanOrEqual(Math.ceil((secret.length * 4) / 3) + 1)
  })

  it('two secrets in one base64 text are two findings', () => {
    const other = `glpat-${filler(20, alphabets.url, 9)}`
    expect(new Set(foundAt(base64(`a=${secret}\nb=${other}\n`))).size).toBe(2)
  })

  it('wrapped base64 is one text', () => {
    for (const width of [64, 76]) {
      const lines = base64(`${'-'.repeat(40)} ${secret} ${'-'.repeat(60)}`).replaceAll(
        new RegExp(`.{${width}}`, 'g'),
        line => `${line}\n    `,
      )
      expect(foundAt(`data: |\n    ${lines}\nend: 1\n`)).toHaveLength(1)
    }
  })

  it('a fourth encoding is not followed', () => {
    const wrap = (text: string, times: number): string =>
      times === 0 ? text : wrap(base64(`the inner text is ${text}`), times - 1)
    expect(foundAt(wrap(secret, 3))).toHaveLength(1)
    expect(foundAt(wrap(secret, 4))).toEqual([])
  })

  it('plain text has one layer, and so has base64 of random bytes', () => {
    const random = Buffer.from(filler(300, alphabets.url), 'base64url').toString('base64')
    const texts = ['just words\n'.repeat(50), random, `${'aLongIdentifier'.repeat(9)} 100%ab \\u00e9 \\d+`]
    const depths = texts.map(text => [...layersOf(fileLayer(utf8(text)), { isNotebook: false })].length)
    expect(depths).toEqual([1, 1, 1])
  })

  it('cut or hostile encodings end quietly', () => {
    for (const text of [
      '%',
      '%4',
      '\\u',
      '\\u00',
      '\\x',
      '\\',
      'QUJD'.repeat(9),
      '"',
      '"\\',
      '["a',
      '%41'.repeat(3),
    ]) {
      expect(scanText(text, { isNotebook: true })).toEqual([])
    }
  })
})

describe('notebooks', () => {
  it('are known by their name', () => {
    expect(['a/b.ipynb', 'A.IPYNB', 'ipynb', 'a.ipynb.json'].map(isNotebookPath)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  const notebook = (cells: unknown[]) => JSON.stringify({ cells, metadata: {}, nbformat: 4 }, null, 1)
  const pem = ['RSA', 'PRIVATE', 'KEY'].join(' ')

  it('cells and outputs are read as the text that they show', () => {
    const text = notebook([
      { cell_type: 'code', source: ['import x\n', `token = "${secret}"\n`], outputs: [] },
      {
        cell_type: 'code',
        source: [],
        outputs: [{ text: [`got ${filler(5)}\n`, `glpat-${filler(20, alphabets.url, 7)}`] }],
      },
    ])
    expect(foundAt(text, true)).toEqual([secret, `glpat-${filler(20, alphabets.url, 7)}`])
  })

  it('a secret over several lines of a cell is one finding', () => {
    const lines = [
      `-----BEGIN ${pem}-----\n`,
      `${filler(64)}\n`,
      `${filler(64, alphabets.base64, 2)}\n`,
      `-----END ${pem}-----\n`,
    ]
    const text = notebook([{ cell_type: 'code', source: ['key = """\n', ...lines, '"""'] }])
    const [finding, ...others] = scanText(text, { isNotebook: true })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ rule: 'private-key-pem' })
    expect(finding!.endLine - finding!.line).toBe(3)
  })

  it('a secret on the line behind an escape is found in any JSON', () => {
    expect(foundAt(JSON.stringify({ log: `done\n${secret}` }))).toEqual([secret])
  })
})
