// Strikes the built package (npm run build) with faults at random moments, and looks at what is left:
//   node test/tools/faults.mjs [--rounds 10] [--seconds S] [--seed N] [--only TEXT]
// One round is each trial once; after S seconds no new trial begins. Exits 1, and keeps what it found, after a problem.
import { rmSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { eightAtOnce } from './faults/at-once.mjs'
import { fullDisks } from './faults/full-disk.mjs'
import { kills } from './faults/kills.mjs'
import { twoRewraps } from './faults/rewraps.mjs'
import { random, root, seedWith } from './faults/world.mjs'

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130)) // small disks are unmounted
const text = { type: 'string' }
const { values: given } = parseArgs({ options: { rounds: text, seconds: text, seed: text, only: text } })
const rounds = Number(given.rounds ?? 10)
const seconds = Number(given.seconds ?? Infinity)
const seed = Number(given.seed ?? Date.now() % 2 ** 31)
seedWith(seed)
const began = performance.now()
const isTimeUp = () => performance.now() - began > seconds * 1000

const trials = [...kills(), ...fullDisks(), twoRewraps(), eightAtOnce()]
  .filter(({ name }) => name.includes(given.only ?? ''))
  .map(trial => ({ ...trial, done: 0, struck: 0, order: random() }))
  .sort((a, b) => a.order - b.order) // with little time, each run has others
let problems = 0
for (let round = 0; round < rounds; round++) {
  for (const trial of trials) {
    if (isTimeUp()) break
    await setImmediate() // signals
    const outcome = await trial.strike()
    trial.done++
    if (outcome.struck) trial.struck++
    problems += outcome.problems.length
    for (const each of outcome.problems) console.log(`${trial.name}, round ${round}: ${each}`)
  }
}

for (const { name, done, struck } of trials) console.log(`${name}: ${done} times, ${struck} of them struck`)
if (problems === 0) process.on('exit', () => rmSync(root, { recursive: true, force: true }))
console.log(
  problems === 0
    ? `every repository is whole (seed ${seed})`
    : `${problems} problems (seed ${seed}): ${root}`,
)
process.exitCode = problems === 0 ? 0 : 1
