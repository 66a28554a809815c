// Prints what it costs to encrypt, decrypt and partly read a large file, beside other tools, interleaved in one run.
// usage: node bench/models.mjs [MiB] [rounds]; build first (npm run build). Needs 4 times the size in TMPDIR.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { randomFillSync } from 'node:crypto'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'

const MIB = 2 ** 20
const TENSOR_MIB = 64
const mebibytes = Number(process.argv[2] ?? 64)
const rounds = Number(process.argv[3] ?? 3)
const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-bench-')))
process.on('exit', () => rmSync(root, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
const dist = path.resolve(import.meta.dirname, '../dist')
const env = { ...process.env, HOME: root, GIT_CONFIG_NOSYSTEM: '1', GNUPGHOME: path.join(root, 'gpg') }
delete env.NODE_EXTRA_CA_CERTS // adds 60 ms to every start of node
delete env.XDG_CONFIG_HOME

const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const has = (...command) => spawnSync(command[0], command.slice(1), { env, stdio: 'ignore' }).status === 0
const gitward = (...args) => [process.execPath, path.join(dist, 'cli.js'), ...args]

if (!has('/usr/bin/time', '-f', '%e', 'true')) {
  console.error('/usr/bin/time is missing: apt install time')
  process.exit(2)
}

/** A safetensors file of random weights: one tensor for every 64 MiB. */
function writeModel(file) {
  const tensor = Math.min(TENSOR_MIB, mebibytes) * MIB
  const count = Math.max(Math.floor(mebibytes / TENSOR_MIB), 1)
  const header = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `layer.${i}.weight`,
      { dtype: 'F32', shape: [tensor / 4], data_offsets: [i * tensor, (i + 1) * tensor] },
    ]),
  )
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const fd = openSync(file, 'w')
  writeSync(fd, Buffer.concat([length, text]))
  const block = Buffer.alloc(MIB)
  for (let i = 0; i < (count * tensor) / MIB; i++) writeSync(fd, randomFillSync(block))
  closeSync(fd)
  return `layer.${count >> 1}.weight`
}

/** What many people have: the whole file in memory, one AES-GCM message. */
const PYTHON = `
import sys
try:
    from Crypto.Cipher import AES
except ImportError:
    from Cryptodome.Cipher import AES
verb, source, target = sys.argv[1:]
key, data = bytes(32), open(source, 'rb').read()
if verb == 'seal':
    cipher = AES.new(key, AES.MODE_GCM, nonce=bytes(12))
    data, tag = cipher.encrypt_and_digest(data)
    open(target, 'wb').write(tag + data)
else:
    data = AES.new(key, AES.MODE_GCM, nonce=bytes(12)).decrypt_and_verify(data[16:], data[:16])
    open(target, 'wb').write(data)
`
writeFileSync(path.join(root, 'aes.py'), PYTHON)
const pythons = ['python3', '/usr/bin/python3']
const python = pythons.find(each => has(each, '-c', 'import Crypto') || has(each, '-c', 'import Cryptodome'))

/** Prints nothing: the tensor is in memory, checked, and gone. */
writeFileSync(
  path.join(root, 'tensor.mjs'),
  `import { safetensors } from ${JSON.stringify(path.join(dist, 'index.js'))}
const start = performance.now()
const weights = await safetensors(process.argv[2], { identityFile: 'id.txt' })
const { data } = await weights.tensor(process.argv[3])
process.stderr.write(\`\${((performance.now() - start) / 1000).toFixed(3)} s, \${data.byteLength} bytes\\n\`)
await weights.close()
`,
)

run('git', 'init', '-q')
run(...gitward('init', '-q'))
run(...gitward('keygen', '--classic', '-q', '-o', 'id.txt'))
const recipient = run(...gitward('keygen', '--classic', '-q', '-o', 'id.txt')).trim()
run('mkdir', '-m', '700', 'gpg')
const tensor = writeModel(path.join(root, 'm'))

const gpg = ['gpg', '--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', 'x']
const ctr = ['openssl', 'enc', '-aes-256-ctr', '-pbkdf2', '-pass', 'pass:x']
const subjects = [
  { name: 'cp', seal: ['cp', 'm', 'm.x'], open: ['cp', 'm.x', 'out'] },
  {
    name: 'age',
    isHere: has('age', '--version'),
    install: 'apt install age',
    seal: ['age', '-r', recipient, '-o', 'm.x', 'm'],
    open: ['age', '-d', '-i', 'id.txt', '-o', 'out', 'm.x'],
  },
  {
    name: 'openssl, CTR (no tag)',
    isHere: has('openssl', 'version'),
    install: 'apt install openssl',
    seal: [...ctr, '-in', 'm', '-out', 'm.x'],
    open: [...ctr, '-d', '-in', 'm.x', '-out', 'out'],
  },
  {
    name: 'gpg',
    isHere: has('gpg', '--version'),
    install: 'apt install gpg',
    seal: [...gpg, '--symmetric', '--cipher-algo', 'AES256', '--compress-algo', 'none', '-o', 'm.x', 'm'],
    open: [...gpg, '-d', '-o', 'out', 'm.x'],
  },
  {
    name: 'pycryptodome, whole file',
    isHere: python !== undefined,
    install: 'apt install python3-pycryptodome',
    seal: [python, 'aes.py', 'seal', 'm', 'm.x'],
    open: [python, 'aes.py', 'open', 'm.x', 'out'],
  },
  {
    name: 'gitward, for a recipient',
    seal: gitward('encrypt', '-q', 'm', '-o', 'm.x', '-r', recipient),
    open: gitward('decrypt', '-q', 'm.x', '-o', 'out', '--identity', 'id.txt'),
    part: [process.execPath, 'tensor.mjs', 'm.x', tensor],
  },
  {
    name: 'gitward, for a repository',
    seal: gitward('encrypt', '-q', 'm', '-o', 'm.x'),
    open: gitward('decrypt', '-q', 'm.x', '-o', 'out'),
  },
]

/** Wall and CPU seconds, and the peak of memory in MB, of one command. */
function measure(command) {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', ...command], {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (status !== 0) throw new Error(`${command.join(' ')} exited ${status}\n${stderr}`)
  const lines = stderr.trim().split('\n')
  const [wall, user, system, kilobytes] = lines.at(-1).split(' ').map(Number)
  return { wall, cpu: user + system, megabytes: kilobytes / 1000, said: lines.at(-2) }
}

function round({ seal, open, part }) {
  for (const file of ['m.x', 'out']) rmSync(path.join(root, file), { force: true })
  const sealed = measure(seal)
  const parted = part && measure(part)
  const opened = measure(open)
  if (statSync(path.join(root, 'out')).size !== statSync(path.join(root, 'm')).size)
    throw new Error('it came back shorter')
  for (const file of ['m.x', 'out']) rmSync(path.join(root, file), { force: true })
  return { sealed, opened, parted }
}

const median = numbers => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const present = subjects.filter(({ isHere = true }) => isHere)
for (const { name, install } of subjects.filter(each => !present.includes(each)))
  console.log(`${name}: missing, ${install}`)
const taken = new Map(present.map(({ name }) => [name, []]))
for (let i = 0; i < rounds; i++) for (const subject of present) taken.get(subject.name).push(round(subject))

const of = (name, step, what) => median(taken.get(name).map(each => each[step][what]))
const cell = (name, step) =>
  `${of(name, step, 'wall').toFixed(2)} s, cpu ${of(name, step, 'cpu').toFixed(2)} s, ${of(name, step, 'megabytes').toFixed(0)} MB`
const rows = present.map(({ name }) => [name, cell(name, 'sealed'), cell(name, 'opened')])
console.log(
  `${mebibytes} MiB, median of ${rounds} interleaved rounds, ${cpus().length} × ${cpus()[0].model}, load ${loadOf()}, node ${process.version}, ${new Date().toISOString().slice(0, 10)}`,
)
table([['', 'encrypt', 'decrypt'], ...rows])
const parts = taken.get('gitward, for a recipient').map(({ parted }) => parted)
const middle = parts.find(({ wall }) => wall === median(parts.map(each => each.wall)))
console.log(
  `one tensor of ${Math.min(TENSOR_MIB, mebibytes)} MiB: ${middle.said} (the whole process ${middle.wall.toFixed(2)} s, ${middle.megabytes.toFixed(0)} MB)`,
)

function loadOf() {
  return existsSync('/proc/loadavg') ? run('cat', '/proc/loadavg').split(' ')[0] : 'unknown'
}

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map(line => line[column].length)))
  const [head, ...rest] = lines.map(
    line => `| ${line.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`,
  )
  console.log([head, `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rest].join('\n'))
}
