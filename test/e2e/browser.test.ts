import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import type * as portable from '../../src/portable.ts'
import { goldenFile } from '../tools/golden/read.ts'
import type { Vector } from '../tools/golden/vector.ts'
import { chromium, outputOfPage } from './support/browser.ts'
import { openGoldens, sealLengths } from './support/open-goldens.mjs'

type Library = typeof portable
interface Worker {
  fetch(request: Request, env: object): Promise<Response>
}
type Opened = ReturnType<typeof openGoldens>

const installed = (...parts: string[]): string =>
  path.join(inject('installed').folder, 'node_modules', 'gitward', ...parts)
const library = async (file: string): Promise<Library> => import(pathToFileURL(installed(file)).href)

const NAMES = ['token.json', 'json-envelope.json', 'file-envelope.json']
const goldens = Object.fromEntries(NAMES.map(name => [name, goldenFile(name)]))
/** Around a chunk of 16 KiB and a leaf of 1 MiB. */
const LENGTHS = [1, 31, 32, 33, 16_383, 16_384, 16_385, 40_000, 2 ** 20 - 1, 2 ** 20 + 1]

const CODES: Readonly<Record<string, readonly string[]>> = {
  malformed: ['MALFORMED'],
  'unsupported-version': ['UNSUPPORTED_VERSION'],
  'unknown-key': ['UNKNOWN_KEY'],
  'wrong-scope': ['WRONG_SCOPE'],
  'tag-mismatch': ['TAMPERED'],
  moved: ['MOVED'],
}

function expectGoldens(opened: Opened): void {
  const vectors = NAMES.flatMap(name => goldens[name]!.vectors.map(vector => ({ name, vector })))
  expect(opened.map(({ name }) => name)).toEqual(vectors.map(({ name, vector }) => `${name} ${vector.name}`))
  expect(vectors.filter(({ vector }, i) => !isAsExpected(vector, opened[i]!))).toEqual([])
}

function isAsExpected(vector: Vector, { code, plaintext, sealsTheSame }: Opened[number]): boolean {
  if (vector.outcome !== 'success') return CODES[vector.outcome]!.includes(code ?? '')
  const sum = createHash('sha256')
    .update(Buffer.from(plaintext ?? '', 'hex'))
    .digest('hex')
  return (
    sealsTheSame === true &&
    (vector.plaintextSha256 ?? sum) === sum &&
    (vector.plaintext ?? plaintext) === plaintext
  )
}

describe('gitward/portable', () => {
  const bundle = () => readFileSync(installed('dist/portable.js'), 'utf8')

  it('is one file that imports nothing and knows nothing of Node', () => {
    const traces = /node:|\brequire\(|\bBuffer\b|(?<!\.)\bprocess\.|^import\b|\bimport\(/gm
    expect(bundle().match(traces)).toBe(null)
    expect(existsSync(installed('dist/types/portable.d.ts'))).toBe(true)
  })

  it('needs no host but one with TextEncoder and TextDecoder', () => {
    const script = bundle().replace(/^export (\{[^}]+\})/m, 'Object.assign(globalThis, $1)')
    const use = `const [{ key }] = importKeys('${'A'.repeat(43)}=', '${'A'.repeat(22)}==')
      const file = openFile(key, sealFile(key, new Uint8Array(70000)))
      openValue(key, '/a', sealValue(key, '/a', 'value')) + openJson(key, sealJson(key, file)).length`
    expect(runInNewContext(`${script};${use}`, { TextEncoder, TextDecoder })).toBe('value70000')
  })

  it('is a part of gitward, name for name', async () => {
    const [portable, whole] = [await library('dist/portable.js'), await library('dist/index.js')]
    expect(Object.keys(whole)).toEqual(expect.arrayContaining(Object.keys(portable)))
  })
})

it('the worker of docs/portable.md answers with what was sealed', async () => {
  const guide = readFileSync(installed('docs/portable.md'), 'utf8')
  const file = path.join(inject('installed').folder, 'worker.mjs')
  writeFileSync(file, /```js\n([^]*?)```/.exec(guide)![1]!)
  const { epochKey, sealFile } = await library('dist/index.js')
  const envelope = sealFile(epochKey(new Uint8Array(32), new Uint8Array(16)), Buffer.from('page'))
  const ASSETS = { fetch: async () => Promise.resolve(new Response(Buffer.from(envelope))) }
  const env = { GITWARD_KEY: `${'A'.repeat(43)}=`, GITWARD_REPO: `${'A'.repeat(22)}==`, ASSETS }
  const { default: worker } = (await import(pathToFileURL(file).href)) as { default: Worker }
  expect(await (await worker.fetch(new Request('http://localhost/'), env)).text()).toBe('page')
})

describe.each(['dist/index.js', 'dist/portable.js'])('%s in Node', file => {
  it('opens every golden, and seals it to the same bytes', async () => {
    expectGoldens(openGoldens(await library(file), goldens))
  })
})

if (!chromium) console.log('skipped: chromium is not installed (apt install chromium)')

describe.skipIf(!chromium)('gitward/portable in Chromium', () => {
  let report: { opened: Opened; sums: unknown; navigator: string }

  beforeAll(async () => {
    const output = await outputOfPage(installed(), {
      '/goldens.js': `export default ${JSON.stringify(goldens)}`,
      '/open-goldens.mjs': readFileSync(path.join(import.meta.dirname, 'support/open-goldens.mjs'), 'utf8'),
      '/page.html': `<!doctype html><output></output><script type="module">
        import * as gitward from '/dist/portable.js'
        import goldens from '/goldens.js'
        import { openGoldens, sealLengths } from '/open-goldens.mjs'
        const opened = openGoldens(gitward, goldens)
        const sums = sealLengths(gitward, ${JSON.stringify(LENGTHS)})
        const report = { opened, sums, navigator: navigator.userAgent }
        document.querySelector('output').textContent = JSON.stringify(report)
      </script>`,
    })
    report = JSON.parse(output)
  })

  it('opens every golden, and seals it to the same bytes', () => {
    expect(report.navigator).toContain('Chrome/')
    expectGoldens(report.opened)
  })

  it('seals any length to the bytes that Node gives', async () => {
    expect(report.sums).toEqual(sealLengths(await library('dist/index.js'), LENGTHS))
  })

  it('the page of docs/portable.md does what the text says', async () => {
    const guide = readFileSync(installed('docs/portable.md'), 'utf8')
    const [, page] = /```html\n([^]*?)```/.exec(guide)!
    const [, printed] = /It prints `([^`]+)`/.exec(guide)!
    const output = await outputOfPage(inject('installed').folder, { '/page.html': page! })
    expect(output).toBe(printed)
  })
})
