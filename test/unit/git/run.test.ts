import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { GitwardError } from '../../../src/core/errors.ts'
import { git } from '../../../src/git/run.ts'
import { scratch } from './support/repositories.ts'

it.each([
  ['KILL', 'GIT', 'git was killed by SIGKILL'],
  ['ABRT', 'GIT', 'git was killed by SIGABRT'],
  ['INT', 'INTERRUPTED', 'git was interrupted'],
  ['TERM', 'INTERRUPTED', 'git was interrupted'],
])('a git that a signal ends (%s) answers nothing, whatever its exit codes mean', (signal, code, message) => {
  const folder = scratch()
  writeFileSync(path.join(folder, 'git'), `#!/bin/sh\nkill -${signal} $$\n`)
  chmodSync(path.join(folder, 'git'), 0o755)
  const env = { PATH: `${folder}${path.delimiter}${process.env['PATH']}` }
  const ask = () => git(['cat-file', 'blob', 'HEAD:x'], { cwd: folder, env, answers: [1, 128] })
  expect(ask).toThrow(GitwardError)
  expect(ask).toThrow(expect.objectContaining({ code, message }))
})
