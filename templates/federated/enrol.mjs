// node enrol.mjs NAME OWN PEERS: makes the keys of one party, private ones into OWN, public ones into PEERS.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gitward } from './party.mjs'

const [name, own, peers] = process.argv.slice(2)
mkdirSync(own, { recursive: true, mode: 0o700 })
mkdirSync(peers, { recursive: true })

const sshKey = path.join(own, 'id_ed25519')
execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', sshKey])
const publicKey = readFileSync(`${sshKey}.pub`, 'utf8').trim()
appendFileSync(path.join(peers, 'allowed_signers'), `${name} namespaces="gitward-file-v1" ${publicKey}\n`)

const recipient = await gitward(['keygen', '-o', path.join(own, 'identity.txt')])
writeFileSync(path.join(peers, `${name}.recipient`), `# ${name}\n${recipient}`)
