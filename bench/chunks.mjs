// Prints where the time of one 16 KiB chunk goes on one thread: starting a cipher, AES, reading, writing.
// usage: node bench/chunks.mjs [MiB = 512]; TMPDIR says on which disk. Blocks of 1 MiB are timed one by one, so that
// the fastest tenth tells what it costs while nobody else uses the core.
import { createCipheriv, randomFillSync } from 'node:crypto'
import { closeSync, openSync, readSync, writevSync } from 'node:fs'
import path from 'node:path'
import { makeScratch, printHead, printTable } from './scratch.mjs'

const MIB = 2 ** 20
const CHUNK = 16_384
const CHUNKS = MIB / CHUNK
const blocks = Number(process.argv[2] ?? 512)
const { root } = makeScratch()
const block = new Uint8Array(MIB)
const input = openSync(path.join(root, 'in'), 'w+')
for (let i = 0; i < blocks; i++) writevSync(input, [randomFillSync(block)])

const key = randomFillSync(new Uint8Array(32))
const nonce = new Uint8Array(12)
const start = () => createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })

function sealed(i) {
  new DataView(nonce.buffer).setUint32(8, i)
  const cipher = start()
  const ciphertext = cipher.update(block.subarray((i % CHUNKS) * CHUNK, ((i % CHUNKS) + 1) * CHUNK))
  cipher.final()
  return [ciphertext, cipher.getAuthTag()]
}

/** Microseconds a chunk that `work` takes, pushed to `into`. */
function timed(into, work) {
  const before = performance.now()
  const result = work()
  into.push(((performance.now() - before) * 1000) / CHUNKS)
  return result
}

const each = count => Array.from({ length: CHUNKS }, (_, i) => count * CHUNKS + i)
const taken = { 'start a cipher': [], 'start a cipher and seal': [], read: [], write: [] }
const output = openSync(path.join(root, 'out'), 'w')
for (let count = 0; count < blocks; count++) {
  timed(taken.read, () => readSync(input, block, 0, MIB, count * MIB))
  timed(taken['start a cipher'], () => each(count).map(start))
  const pieces = timed(taken['start a cipher and seal'], () => each(count).flatMap(sealed))
  timed(taken.write, () => writevSync(output, pieces))
}
closeSync(input)
closeSync(output)

const quantile = (numbers, part) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * part)].toFixed(1)
printHead(`Microseconds for a chunk of 16 KiB, over ${blocks} blocks of 1 MiB.`, [])
printTable([
  ['', 'fastest tenth', 'median'],
  ...Object.entries(taken).map(([name, numbers]) => [name, quantile(numbers, 0.1), quantile(numbers, 0.5)]),
])
