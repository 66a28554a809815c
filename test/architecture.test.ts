import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const src = path.resolve(import.meta.dirname, '../src')

/** The doors: what a room may import besides itself. docs/architecture.md says why. */
const DOORS: Record<string, readonly string[]> = {
  core: [],
  crypto: ['core'],
  envelope: ['core', 'crypto'],
  keys: ['core', 'crypto', 'envelope'],
  formats: ['core'],
  git: ['core'],
  policy: ['core', 'formats'],
  scan: ['core'],
  model: ['core', 'crypto', 'envelope'],
  report: ['core', 'scan'],
  flows: ['core', 'crypto', 'envelope', 'keys', 'formats', 'git', 'policy', 'scan', 'model', 'report'],
  cli: ['core', 'flows', 'report'],
}

/** Packages with one home each. */
const PACKAGES: Record<string, readonly string[]> = {
  '@noble/ciphers': ['crypto'],
  '@noble/hashes': ['crypto'],
  'age-encryption': ['keys'],
  yaml: ['formats', 'policy'],
  'node-diff3': ['flows'],
  'simple-git': ['git'],
  valibot: ['policy'],
  '@valibot/to-json-schema': ['policy'],
}

/** Rooms that touch neither file system, environment, clock nor process. */
const PURE = new Set(['core', 'crypto', 'envelope', 'formats', 'policy', 'scan', 'report'])

/** The only files that may start ciphers. */
const CIPHER_FILES = new Set(['crypto/node.ts', 'crypto/old-formats.ts', 'crypto/xaes-stream.ts'])

interface Import {
  readonly file: string
  readonly room: string
  readonly to: string
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .sort()

const imports: Import[] = files.flatMap(file => {
  const source = readFileSync(path.join(src, file), 'utf8')
  const specifiers = source.matchAll(
    /^(?:import|export)\b[^'"]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm,
  )
  return Array.from(specifiers, match => ({
    file,
    room: roomOf(file),
    to: (match[1] ?? match[2] ?? match[3])!,
  }))
})

function roomOf(file: string): string {
  return file.includes(path.sep) ? file.split(path.sep)[0]! : ''
}

function targetRoom({ file, to }: Import): string {
  return roomOf(path.relative(src, path.resolve(src, path.dirname(file), to)))
}

const isLocal = ({ to }: Import) => to.startsWith('.')
const isNode = ({ to }: Import) => to.startsWith('node:')
const packageName = (to: string) =>
  to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')

/** The first two columns of the table after a marker in docs/architecture.md, as a record of lists. */
function documented(marker: string): Record<string, readonly string[]> {
  const page = readFileSync(path.resolve(src, '../docs/architecture.md'), 'utf8')
  const table = page.split(`<!-- ${marker}: `)[1]!.split('\n\n')[1]!
  const names = (cell: string) => Array.from(cell.matchAll(/`([^`]+)`/g), match => match[1]!)
  const rows = table.split('\n').slice(2)
  return Object.fromEntries(
    rows.map(row => [names(row.split('|')[1]!)[0]!, names(row.split('|')[2]!)] as const),
  )
}

describe('docs/architecture.md', () => {
  it.each([
    ['doors', DOORS],
    ['packages', PACKAGES],
  ])('has the same table of %s', (marker, table) => {
    expect(documented(marker)).toEqual(table)
  })

  it('names only files that exist', () => {
    const page = readFileSync(path.resolve(src, '../docs/architecture.md'), 'utf8')
    const named = Array.from(page.matchAll(/`((?:src\/)?[a-z]+\/[\w/-]+\.ts)`/g), match => match[1]!)
    const stands = (file: string) =>
      existsSync(path.resolve(src, '..', file)) || existsSync(path.join(src, file))
    expect(named.filter(file => !stands(file))).toEqual([])
  })
})

describe('the doors between rooms', () => {
  it('every folder of src is a room with a door', () => {
    const rooms = new Set(files.map(roomOf).filter(room => room !== ''))
    expect([...rooms].filter(room => !DOORS[room])).toEqual([])
  })

  it('a room imports only through its doors', () => {
    const trespasses = imports
      .filter(isLocal)
      .filter(
        each =>
          each.room !== '' && targetRoom(each) !== each.room && !DOORS[each.room]?.includes(targetRoom(each)),
      )
    expect(trespasses).toEqual([])
  })

  it('a package is imported only in its home', () => {
    const strays = imports
      .filter(each => !isLocal(each) && !isNode(each))
      .filter(({ to, room }) => !PACKAGES[packageName(to)]?.includes(room))
    expect(strays).toEqual([])
  })

  it('pure rooms import no file system, environment or process', () => {
    const effects = imports.filter(
      each => PURE.has(each.room) && isNode(each) && !CIPHER_FILES.has(each.file),
    )
    expect(effects).toEqual([])
    const globals = files
      .filter(file => PURE.has(roomOf(file)))
      .filter(file =>
        /(?<!\/)\b(?:process\.|Date\.now|new Date\(|Math\.random|console\.)/.test(
          readFileSync(path.join(src, file), 'utf8'),
        ),
      )
    expect(globals).toEqual([])
  })

  it('node:crypto ciphers live in crypto alone', () => {
    const strays = files
      .filter(file => !CIPHER_FILES.has(file))
      .filter(file =>
        /create(?:Cipher|Decipher)iv|createHmac|hkdfSync/.test(readFileSync(path.join(src, file), 'utf8')),
      )
    expect(strays).toEqual([])
  })

  it('files stay short enough to read in one go', () => {
    const long = files.filter(file => readFileSync(path.join(src, file), 'utf8').split('\n').length > 250)
    expect(long).toEqual([])
  })
})
