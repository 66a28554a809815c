import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { defineConfig, type Plugin, type RolldownOptions } from 'rolldown'
import { policyJsonSchema } from './src/policy/json-schema.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

/** The licences of every package whose code is in the bundle, and the policy's JSON Schema. */
const companions: Plugin = {
  name: 'companions',
  generateBundle() {
    const packages = new Set([...this.getModuleIds()].flatMap(packageFolder))
    if (this.getModuleInfo(path.resolve('src/cli.ts')) === null) return // the filter's and the library's packages are the CLI's too
    this.emitFile({
      type: 'asset',
      fileName: 'THIRD_PARTY_LICENSES.txt',
      source: [...packages].sort().map(licence).join('\n'),
    })
    this.emitFile({
      type: 'asset',
      fileName: 'config.schema.json',
      source: `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
    })
  },
}

function packageFolder(moduleId: string): string[] {
  const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(moduleId)?.[0]
  return folder === undefined ? [] : [folder]
}

function licence(folder: string): string {
  const {
    name,
    version: packageVersion,
    license,
  } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Record<string, string>
  const file = readdirSync(folder).find(each => /^licen[cs]e/i.test(each))
  const text =
    file !== undefined && existsSync(path.join(folder, file))
      ? readFileSync(path.join(folder, file), 'utf8')
      : ''
  return `${name} ${packageVersion} (${license})\n\n${text.trim()}\n\n${'-'.repeat(72)}\n`
}

const shared: RolldownOptions = {
  platform: 'node',
  plugins: [companions],
  // yaml's build for node prints every token when LOG_TOKENS is set, and looks that up for every token
  resolve: { alias: { yaml: path.resolve('node_modules/yaml/browser/dist/index.js') } },
  transform: { define: { __VERSION__: JSON.stringify(version) } },
}

/** What most commands load anyway: one file starts faster than thirty. Nothing in it loads a package. */
const SHARED_BY_MOST =
  /\/src\/(?:core|git\/(?!porcelain)|crypto\/|envelope\/|policy\/(?:brackets|globs|pattern|patterns|pattern-syntax|pointers|policy|weaker|attributes)\.ts|formats\/(?:format|pointer|table|tree|conflict|splice)\.ts|keys\/keyring|flows\/(?:attributes|context|disk|names|policy-source|state|state-shape|streams|tracked)\.ts|cli\/(?:parse|print|standard-input)\.ts)/

const nodeBackend = path.resolve('src/crypto/node.ts')
const portableBackend = path.resolve('src/crypto/portable.ts')

/** Gives noble to whatever imports node's ciphers: the envelope code is the same on both. */
const noNode: Plugin = {
  name: 'no-node',
  resolveId: {
    filter: { id: /\/node\.ts$/ },
    handler: (id, importer) =>
      importer && path.resolve(path.dirname(importer), id) === nodeBackend ? portableBackend : null,
  },
}

/** What people and git wait for is CommonJS, which starts faster; the filter's YAML parser is a chunk that it rarely loads. */
export default defineConfig([
  {
    ...shared,
    input: { filter: 'src/filter.ts' },
    output: {
      dir: 'dist',
      format: 'cjs',
      entryFileNames: 'filter.cjs',
      chunkFileNames: 'filter-[name].cjs',
    },
  },
  {
    ...shared,
    input: { cli: 'src/cli.ts', worker: 'src/model/worker.ts' },
    output: {
      dir: 'dist',
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name]-[hash].cjs',
      codeSplitting: { groups: [{ name: 'base', test: SHARED_BY_MOST }] },
    },
  },
  {
    ...shared,
    input: { index: 'src/index.ts' },
    output: { dir: 'dist', chunkFileNames: 'chunks/[name]-[hash].js' },
  },
  {
    platform: 'browser',
    plugins: [noNode],
    input: { portable: 'src/portable.ts' },
    output: { dir: 'dist', comments: false },
  },
])
