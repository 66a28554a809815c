// Programs that we are measured beside: how each is found, and the line that installs it. NAME=path in the
// environment (e.g. TRANSCRYPT=~/transcrypt) goes before PATH, where `npm run` puts node_modules/.bin first.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { versionOf } from './scratch.mjs'

const found = name => process.env[name.toUpperCase().replaceAll('-', '_')] ?? name

const tool = (name, install, ...versionArgs) => {
  const command = found(name)
  return { name, command, install, version: versionOf(command, ...versionArgs) }
}

/** `go install` writes to a folder that is seldom on PATH. */
const goTool = (name, module, ...versionArgs) => {
  const built = path.join(homedir(), 'go/bin', name)
  const command = existsSync(built) && versionOf(found(name), ...versionArgs) === null ? built : found(name)
  return {
    name,
    command,
    install: `go install ${module}@latest`,
    version: versionOf(command, ...versionArgs),
  }
}

export const gitCrypt = () => tool('git-crypt', 'apt install git-crypt', '--version')
export const age = () => tool('age', 'apt install age', '--version')
export const dotenvx = () => tool('dotenvx', 'npm install --global @dotenvx/dotenvx', '--version')
export const sops = () =>
  goTool('sops', 'github.com/getsops/sops/v3/cmd/sops', '--version', '--disable-version-check')
export const gitleaks = () => goTool('gitleaks', 'github.com/zricethezav/gitleaks/v8', 'version')
export const secretlint = () =>
  tool(
    'secretlint',
    'npm install --global secretlint @secretlint/secretlint-rule-preset-recommend',
    '--version',
  )
export const transcrypt = () =>
  tool(
    'transcrypt',
    'git clone https://github.com/elasticdog/transcrypt; TRANSCRYPT=$PWD/transcrypt/transcrypt',
    '--version',
  )
