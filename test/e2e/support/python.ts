import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { Person, Ran, RunOptions } from './world.ts'

const root = path.resolve(import.meta.dirname, '../../..')

/** The Python of Debian's packages, else any; .ci/run names one with all backends. */
const python = process.env['GITWARD_TEST_PYTHON'] ?? '/usr/bin/python3'

/** The folder that holds the package `gitward` for Python. */
export const pythonFolder = path.join(root, 'python')

const finds = (name: string): boolean =>
  spawnSync(python, ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0

/** The crypto backends that this Python has. */
export const backends = ['cryptography', 'Cryptodome', 'Crypto'].filter(finds)

/** What the reader needs; where it is missing, its tests skip and say so. */
export const hasReader = backends.length > 0 && finds('yaml')
if (!hasReader) console.log(`skipped: ${python} lacks PyYAML, or all of cryptography, Cryptodome and Crypto`)

/** What the notebook needs besides. */
export const hasNotebooks = ['numpy', 'nbconvert', 'ipykernel'].every(finds)
if (!hasNotebooks) console.log(`skipped: ${python} lacks numpy, nbconvert or ipykernel`)

/** Runs a script with `gitward` in scope. */
export const runPython = (
  person: Person,
  cwd: string,
  script: string,
  args: readonly string[] = [],
  { env, ...options }: RunOptions = {},
): Ran =>
  person.run(cwd, python, ['-c', `import gitward, sys\n${script}`, ...args], {
    ...options,
    env: { PYTHONPATH: pythonFolder, PYTHONDONTWRITEBYTECODE: '1', ...env },
  })

/** Runs Python itself. */
export const runPythonTool = (
  person: Person,
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Ran => person.run(cwd, python, args, { env: { PYTHONDONTWRITEBYTECODE: '1', ...env } })
