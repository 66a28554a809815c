// What bench/models.mjs measures: a model file, and the command lines of gitward and its rivals.
import { spawnSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { freemem } from 'node:os'
import path from 'node:path'
import { dist, gitward, versionOf } from './scratch.mjs'

const MIB = 2 ** 20
const TENSOR_MIB = 64

/** A safetensors file of random weights, one tensor for every 64 MiB. @returns the name of one in the middle */
export function writeModel(file, mebibytes) {
  const bytes = Math.min(TENSOR_MIB, mebibytes) * MIB
  const count = Math.max(Math.floor(mebibytes / TENSOR_MIB), 1)
  const entries = Array.from({ length: count }, (_, i) => [
    `layer.${i}.weight`,
    { dtype: 'F32', shape: [bytes / 4], data_offsets: [i * bytes, (i + 1) * bytes] },
  ])
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const fd = openSync(file, 'w')
  writeSync(fd, Buffer.concat([length, header]))
  const block = Buffer.alloc(MIB)
  for (let i = 0; i < (count * bytes) / MIB; i++) writeSync(fd, randomFillSync(block))
  closeSync(fd)
  return `layer.${count >> 1}.weight`
}

/** The first Python that has these modules, as a tool of `presentOf`: Debian's is not always the first in PATH. */
function pythonWith(install, ...modules) {
  for (const words of ['python3', '/usr/bin/python3']) {
    const found = modules.find(
      each => spawnSync(words, ['-c', `import ${each} as m; print(m.__version__)`]).status === 0,
    )
    if (found !== undefined) {
      const version = spawnSync(words, ['-c', `import ${found} as m; print(m.__version__)`], {
        encoding: 'utf8',
      })
      return { command: words, tool: { name: found.split('.')[0], version: version.stdout.trim(), install } }
    }
  }
  return { command: 'python3', tool: { name: modules[0], version: null, install } }
}

const script = path.join(import.meta.dirname, 'models.py')
const aes = pythonWith('apt install python3-pycryptodome', 'Cryptodome', 'Crypto')
const torch = pythonWith('apt install python3-torch python3-cryptography', 'torch')
const numpy = pythonWith('apt install python3-numpy python3-cryptography', 'numpy')

/** Commands that seal `m` as `m.x`, and open that as `out`. */
export function sealingSubjects(recipient, mebibytes) {
  const gpg = ['gpg', '--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', 'x']
  const ctr = ['openssl', 'enc', '-aes-256-ctr', '-pbkdf2', '-pass', 'pass:x']
  const fits = freemem() > 4.5 * mebibytes * MIB
  if (!fits) console.log(`- pycryptodome is left out: it takes four times ${mebibytes} MiB of memory`)
  return [
    { name: 'cp', seal: ['cp', 'm', 'm.x'], open: ['cp', 'm.x', 'out'] },
    {
      name: 'age',
      tool: { name: 'age', version: versionOf('age', '--version'), install: 'apt install age' },
      seal: ['age', '-r', recipient, '-o', 'm.x', 'm'],
      open: ['age', '-d', '-i', 'id.txt', '-o', 'out', 'm.x'],
    },
    {
      name: 'openssl, CTR (no tag)',
      tool: { name: 'openssl', version: versionOf('openssl', 'version'), install: 'apt install openssl' },
      seal: [...ctr, '-in', 'm', '-out', 'm.x'],
      open: [...ctr, '-d', '-in', 'm.x', '-out', 'out'],
    },
    {
      name: 'gpg',
      tool: { name: 'gpg', version: versionOf('gpg', '--version'), install: 'apt install gpg' },
      seal: [...gpg, '--symmetric', '--cipher-algo', 'AES256', '--compress-algo', 'none', '-o', 'm.x', 'm'],
      open: [...gpg, '-d', '-o', 'out', 'm.x'],
    },
    {
      name: 'gitward, for a recipient',
      seal: gitward('encrypt', '-q', 'm', '-o', 'm.x', '-r', recipient),
      open: gitward('decrypt', '-q', 'm.x', '-o', 'out', '--identity', 'id.txt'),
    },
    {
      name: 'gitward, for a repository',
      seal: gitward('encrypt', '-q', 'm', '-o', 'm.x'),
      open: gitward('decrypt', '-q', 'm.x', '-o', 'out'),
    },
    // last: the system is busy for seconds with the memory that it gives back
    ...(fits
      ? [
          {
            name: 'pycryptodome, whole file',
            ...(mebibytes > 1024 ? { rounds: 1 } : {}), // it takes minutes
            tool: aes.tool,
            seal: [aes.command, script, 'gcm-seal', 'm', 'm.x'],
            open: [aes.command, script, 'gcm-open', 'm.x', 'out'],
          },
        ]
      : []),
  ]
}

/** Commands that take one tensor out of `m.x`, and print JSON: wall and CPU seconds, megabytes at the peak. */
export function tensorSubjects(root, tensor) {
  const program = path.join(root, 'tensor.mjs')
  writeFileSync(
    program,
    `import { safetensors } from ${JSON.stringify(path.join(dist, 'index.js'))}
const [start, before] = [performance.now(), process.cpuUsage()]
const weights = await safetensors('m.x', { identityFile: 'id.txt' })
const { data } = await weights.tensor(process.argv[2])
const wall = (performance.now() - start) / 1000
const { user, system } = process.cpuUsage(before)
await weights.close()
const megabytes = process.resourceUsage().maxRSS / 1000
console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6, megabytes, bytes: data.byteLength }))
`,
  )
  return [
    { name: 'in Node', command: [process.execPath, program, tensor] },
    { name: 'in Python', tool: numpy.tool, command: [numpy.command, script, 'tensor', 'm.x', tensor] },
  ]
}

/** The same for torch.load of a state dict, with what makes the file that each of them reads. */
export function torchSubjects(recipient, mebibytes) {
  const load = (...args) => [torch.command, script, 'load', ...args]
  return [
    {
      name: 'plain file',
      tool: torch.tool,
      make: [torch.command, script, 'state-dict', 'state.pt', mebibytes],
      command: load('plain', 'state.pt'),
    },
    {
      name: 'gitward.open',
      tool: torch.tool,
      make: gitward('encrypt', '-q', 'state.pt', '-o', 'state.x', '-r', recipient),
      command: load('gitward', 'state.x'),
    },
    {
      name: 'AES-CBC script, pycryptodome',
      tool: aes.tool.version === null ? aes.tool : torch.tool,
      make: [aes.command, script, 'cbc-seal', 'state.pt', 'state.cbc'],
      command: load('cbc', 'state.cbc'),
    },
  ]
}
