#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { main } from './cli/main.ts'
import { version } from './version.ts'

process.on('SIGINT', () => process.exit(130))
process.exitCode = 5 // until main answers: a promise that is never settled is no success
void main({
  args: process.argv.slice(2),
  env: process.env,
  node: process.execPath,
  filter: fileURLToPath(new URL('filter.cjs', import.meta.url)),
  worker: fileURLToPath(new URL('worker.cjs', import.meta.url)),
  version,
  isTerminal: process.stderr.isTTY,
}).then(code => {
  process.exitCode = code
})
