// Feeds changed bytes to everything that reads what others wrote:
//   node test/tools/fuzz.mjs [--seconds 60] [--seed N] [--only TARGET] [--from RUN --runs COUNT]
// Exits 1 with a command that repeats it when a target crashes, breaks a law, or reads one input for over 30 s.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { rolldown } from 'rolldown'

const HANG_MS = 30_000
const INPUT_BYTES = 1 << 20
const text = { type: 'string' }
const { values: given } = parseArgs({
  options: { seconds: text, seed: text, only: text, from: text, runs: text },
})
const seed = Number(given.seed ?? Math.floor(Math.random() * 2 ** 31))
const seconds = Number(given.seconds ?? 60)
const folder = mkdtempSync(path.join(tmpdir(), 'gitward-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const root = path.resolve(import.meta.dirname, '../..')
const build = await rolldown({
  cwd: root,
  platform: 'node',
  input: 'test/tools/fuzz-targets.ts',
  logLevel: 'silent',
  resolve: { alias: { yaml: path.join(root, 'node_modules/yaml/browser/dist/index.js') } },
})
await build.write({ dir: folder, entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' })

const shared = new SharedArrayBuffer(16 + INPUT_BYTES)
const state = new Int32Array(shared, 0, 4)
console.log(`fuzz: seed ${seed}, ${seconds} s`)
const worker = new Worker(new URL('fuzz-worker.mjs', import.meta.url), {
  workerData: {
    bundle: pathToFileURL(path.join(folder, 'fuzz-targets.mjs')).href,
    seed,
    seconds,
    only: given.only ?? null,
    from: Number(given.from ?? 0),
    runs: Number(given.runs ?? Infinity),
    shared,
  },
})

let last = { executions: -1, since: Date.now() }
const watch = setInterval(() => {
  const executions = Atomics.load(state, 0)
  if (executions !== last.executions) last = { executions, since: Date.now() }
  else if (Date.now() - last.since > HANG_MS) failed(`no end after ${HANG_MS / 1000} s`)
}, 1000)

let names = []
worker.on('message', message => {
  names = message.names ?? names
  if (message.report) finished(message.report)
})
worker.on('error', error => failed(error.stack ?? String(error)))

function finished(report) {
  clearInterval(watch)
  for (const { name, executions, refused } of report)
    console.log(`fuzz: ${name.padEnd(12)} ${executions} inputs, ${refused} refused`)
  console.log(`fuzz: ${Atomics.load(state, 0)} inputs, no crash`)
}

/** The input is made of public seeds: it may be shown. */
function failed(why) {
  const [, index, run, length] = state
  const target = names[index]
  const input = Buffer.from(new Uint8Array(shared, 16, Math.min(length, INPUT_BYTES)))
  console.error(`fuzz: ${why}`)
  console.error(`fuzz: target ${target}, input ${run}, base64 ${input.toString('base64')}`)
  console.error(
    `fuzz: again: node test/tools/fuzz.mjs --seed ${seed} --only ${target} --from ${run} --runs 1`,
  )
  process.exit(1)
}
