// Prints what large files cost: sealed and opened beside cp and four rivals, one tensor out of many, torch.load.
// usage: npm run bench:models -- [MiB,MiB = 1024,4096] [ROUNDS = 3] [MiB of the state dict = 1024]
// Needs three times the largest size on the disk; TMPDIR says on which.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { sealingSubjects, tensorSubjects, torchSubjects, writeModel } from './models-subjects.mjs'
import {
  gitward,
  interleaved,
  makeScratch,
  median,
  presentOf,
  printBudget,
  printHead,
  printTable,
  ratio,
} from './scratch.mjs'

const [sizes = '1024,4096', rounds = '3', stateDict = '1024'] = process.argv.slice(2)
const OURS = 'gitward, for a recipient'
const { root, env, run } = makeScratch()

if (spawnSync('/usr/bin/time', ['-f', '%e', 'true']).status !== 0) {
  console.error('/usr/bin/time is missing: apt install time')
  process.exit(2)
}

/** Wall and CPU seconds, the peak of memory in MB, and standard output, of one command. */
function measure(command) {
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', ...command], {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status !== 0) throw new Error(`${command.join(' ')} exited ${status}\n${stderr}`)
  const [wall, user, system, kilobytes] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return { wall, cpu: user + system, megabytes: kilobytes / 1000, stdout }
}

function sealAndOpen({ seal, open }) {
  settle()
  const encrypt = measure(seal)
  settle()
  const decrypt = measure(open)
  run(root, 'cmp', 'm', 'out') // whoever is fast must be right, too
  remove('m.x', 'out')
  return { encrypt, decrypt }
}

/**
 * Writes and removes what a subject is about to write. On a virtual machine, memory that was free for some seconds has
 * gone back to the host; getting it again takes up to three seconds a gigabyte, and would fall to whoever comes next.
 */
function settle() {
  run(root, 'cp', 'm', 'settled')
  remove('settled')
}

function remove(...files) {
  for (const file of files) rmSync(path.join(root, file), { force: true })
}

/** The program's own figures, without its start. */
const load = ({ command }) => ({ load: JSON.parse(measure(command).stdout) })

const middle = (taken, name, step, what) => median(taken.get(name).map(each => each[step][what]))

function cell(taken, name, step, baseline) {
  const [wall, cpu, megabytes] = ['wall', 'cpu', 'megabytes'].map(what => middle(taken, name, step, what))
  const beside = baseline ? ` (${ratio(wall, middle(taken, baseline, step, 'wall'))})` : ''
  return `${wall.toFixed(2)} s${beside}, cpu ${cpu.toFixed(2)} s, ${megabytes.toFixed(0)} MB`
}

function benchSealing(recipient, mebibytes) {
  const subjects = presentOf(sealingSubjects(recipient, mebibytes))
  printHead(`${mebibytes} MiB, median of ${rounds} interleaved rounds, beside cp.`, subjects)
  const taken = interleaved(subjects, Number(rounds), sealAndOpen)
  const rows = subjects.map(({ name }) => [
    name,
    cell(taken, name, 'encrypt', 'cp'),
    cell(taken, name, 'decrypt', 'cp'),
  ])
  printTable([['', 'encrypt', 'decrypt'], ...rows])
  if (mebibytes < 1024) return console.log('- budgets are for 1 GiB and more')
  for (const step of ['encrypt', 'decrypt']) printSealingBudgets(taken, step, mebibytes)
}

/** DESIGN's row for files of 4 GiB asks for less than that for 1 GiB. */
function printSealingBudgets(taken, step, mebibytes) {
  const isLarge = mebibytes >= 4096
  const wall = name => middle(taken, name, step, 'wall')
  const what = `${step}, ${mebibytes} MiB`
  if (!isLarge) printBudget(`${what}: time beside cp`, { is: wall(OURS) / wall('cp'), atMost: 1.3 })
  if (taken.has('age'))
    printBudget(`${what}: faster than age`, { is: wall('age') / wall(OURS), atLeast: isLarge ? 1 : 1.6 })
  else console.log(`- ${what}: faster than age: not known, for age is missing`)
  printBudget(`${what}: memory`, { is: middle(taken, OURS, step, 'megabytes'), atMost: 200, unit: ' MB' })
}

function benchTensor(recipient, tensor, mebibytes) {
  measure(gitward('encrypt', '-q', 'm', '-o', 'm.x', '-r', recipient))
  const subjects = presentOf(tensorSubjects(root, tensor))
  printHead(
    `One tensor of 64 MiB out of ${mebibytes} MiB, opened file to array, median of ${rounds}.`,
    subjects,
  )
  const taken = interleaved(subjects, Number(rounds), load)
  printTable([['', 'one tensor'], ...subjects.map(({ name }) => [name, cell(taken, name, 'load')])])
  for (const { name } of subjects)
    printBudget(`one tensor ${name}`, {
      is: middle(taken, name, 'load', 'wall') * 1000,
      atMost: 200,
      unit: ' ms',
    })
}

function benchTorch(recipient) {
  const subjects = presentOf(torchSubjects(recipient, stateDict))
  if (subjects.length < 2) return console.log('- torch.load: not known')
  printHead(`torch.load of ${stateDict} MiB, median of ${rounds} interleaved rounds, beside plain.`, subjects)
  for (const { make } of subjects) measure(make)
  const taken = interleaved(subjects, Number(rounds), load)
  printTable([
    ['', 'torch.load'],
    ...subjects.map(({ name }) => [name, cell(taken, name, 'load', 'plain file')]),
  ])
  const [plain, ours] = ['plain file', 'gitward.open']
  const of = (name, what) => middle(taken, name, 'load', what)
  printBudget('torch.load', { is: of(ours, 'wall'), atMost: 2.5, unit: ' s' })
  printBudget('torch.load: memory beside plain', {
    is: of(ours, 'megabytes') / of(plain, 'megabytes'),
    atMost: 1.1,
  })
}

run(root, 'git', 'init', '-q')
run(root, ...gitward('init', '-q'))
const recipient = run(root, ...gitward('keygen', '--classic', '-q', '-o', 'id.txt')).trim()
run(root, 'mkdir', '-m', '700', '.gnupg')
for (const size of sizes.split(',').map(Number)) {
  const tensor = writeModel(path.join(root, 'm'), size)
  benchSealing(recipient, size)
  if (size === Math.max(...sizes.split(',').map(Number))) benchTensor(recipient, tensor, size)
  remove('m', 'm.x')
}
benchTorch(recipient)
