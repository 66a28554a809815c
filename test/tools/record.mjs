// Records the first minute of two people and a CI job, really run, as an SVG on standard output.
// usage: npm run build && node test/tools/record.mjs [CLI] > docs/session.svg
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { drawing } from './terminal-svg.mjs'

const cli = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../../dist/cli.cjs'))
const scratch = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-record-')))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }))

/** Somebody with a HOME, a name for git and nothing else. */
function person(name) {
  const home = path.join(scratch, `home of ${name}`)
  mkdirSync(home)
  writeFileSync(path.join(home, '.gitconfig'), `[user]\nname=${name}\nemail=${name}@example.invalid\n`)
  const env = { PATH: process.env.PATH, HOME: home, LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' }
  return { name, env: { ...env, NODE: process.execPath, CLI: cli }, cwd: path.join(scratch, name) }
}

/** What a line of shell prints, both streams in order; throws if it exits with anything but `exits`. */
function sh({ env, cwd }, line, exits = 0) {
  const script = `exec 2>&1; gitward() { "$NODE" "$CLI" "$@"; }; ${line}`
  const ran = spawnSync('sh', ['-c', script], { cwd, env, encoding: 'utf8' })
  if (ran.status !== exits) throw new Error(`${line} exited ${ran.status}, not ${exits}\n${ran.stdout}`)
  return ran.stdout
}

/** What differs from run to run, made one and the same: home folders, tokens, fingerprints. */
const steady = text =>
  text
    .replaceAll(/\S*home of \w+/g, '~')
    .replaceAll(
      /gitward:v1:[\w-]{11}:[\w-]{32}:[\w-]+:[\w-]{22}/g,
      'gitward:v1:SXOLOUBU8Os:H0rh7IE700ckkj7WTy0vbhVZ…',
    )
    .replaceAll(/\b[0-9a-f]{64}\b/g, '49738b394054f0eb849ff910c64f0160…')

const shown = []

/** Shows a line, runs it and shows what it says. `typed` is what to show where that differs. */
function run(who, line, { typed = line, exits } = {}) {
  const said = steady(sh(who, line, exits)).trimEnd()
  shown.push({ prompt: `${who.name}$`, text: steady(typed) })
  for (const text of said === '' ? [] : said.split('\n')) shown.push({ text })
}

function record() {
  const [alice, bob, ci] = ['alice', 'bob', 'ci'].map(person)
  sh({ ...alice, cwd: scratch }, 'git init -q --bare -b main hub.git && git clone -q hub.git alice')
  mkdirSync(path.join(alice.cwd, 'config'))
  const settings = 'db:\n  host: db.internal\n  password: correct-horse # rotate in May\n'
  writeFileSync(path.join(alice.cwd, 'config/prod.yaml'), settings)

  run(alice, 'gitward init')
  run(alice, "gitward protect 'config/*.yaml' --keys '**.password'")
  run(alice, "git add --all && git commit -qm 'Add settings'")
  run(alice, 'grep password config/prod.yaml; git show HEAD:config/prod.yaml')

  const pasted = `ghp_${createHash('sha256').update('made up').digest('hex').slice(0, 36)}`
  const line = token => `echo '  token: ${token}' >> config/prod.yaml`
  run(alice, line(pasted), { typed: line(`${pasted.slice(0, 11)}…`) })
  run(alice, "git commit -qam 'Add a token'", { exits: 1 })
  run(alice, "gitward fix config/prod.yaml:4 && git commit -qam 'Add a token'")

  sh({ ...bob, cwd: scratch }, 'gitward keygen > alice/bob.pub 2>/dev/null')
  run(alice, `gitward member add bob "$(cat bob.pub)" -q && git commit -qam 'Add bob' && git push -q`)

  sh({ ...ci, cwd: scratch }, 'git clone -q hub.git ci')
  run(ci, 'gitward check  # no key here')

  sh({ ...bob, cwd: scratch }, 'git clone -q hub.git bob')
  run(bob, 'gitward unlock  # once')
  run(bob, 'grep password config/prod.yaml')
}

record()
process.stdout.write(
  drawing(shown, {
    title: 'The first minute with gitward, in a terminal',
    description:
      'Alice runs gitward init, protects passwords in config/*.yaml and commits; git show prints ciphertext. ' +
      'She pastes a token: the pre-commit hook refuses it, and gitward fix encrypts it. She adds Bob. ' +
      'In CI gitward check passes without a key. Bob unlocks once and reads the password.',
  }),
)
