// Runs one fuzz target after another until its time is over; what it is reading stands in shared memory, so that
// the main thread can name an input that never ends.
import { parentPort, workerData } from 'node:worker_threads'
import { mutant, random } from './fuzz-mutant.mjs'

const { bundle, seed, seconds, only, from, runs, shared } = workerData
const { fuzzTargets, isRefusal } = await import(bundle)
const state = new Int32Array(shared, 0, 4) // executions, target, run, length of the input
const input = new Uint8Array(shared, 16)
const BATCH = 50

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
const tell = message => parentPort.postMessage(message)
const targets = (await fuzzTargets()).map((target, index) => ({ ...target, index, run: from, refused: 0 }))
tell({ names: targets.map(({ name }) => name) })
const chosen = targets.filter(({ name }) => only === null || name === only)
if (chosen.length === 0) throw new Error(`no target ${only}: ${targets.map(({ name }) => name).join(' ')}`)
const stopAt = Date.now() + seconds * 1000
const isOver = ({ run }) => Date.now() >= stopAt || run >= from + runs
while (chosen.some(target => !isOver(target)))
  for (const target of chosen) for (let i = 0; i < BATCH && !isOver(target); i++) await execute(target)
tell({ report: chosen.map(({ name, run, refused }) => ({ name, executions: run - from, refused })) })

async function execute(target) {
  const bytes = mutant(target.seeds, random(seed, target.index, target.run))
  input.set(bytes.subarray(0, input.length))
  for (const [i, value] of [target.index, target.run, bytes.length].entries())
    Atomics.store(state, i + 1, value)
  Atomics.add(state, 0, 1)
  try {
    await target.read(bytes)
  } catch (error) {
    if (!isRefusal(error)) throw error
    target.refused++
  }
  target.run++
}
