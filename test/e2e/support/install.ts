import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { summary } from './hunted.ts'
import { Processes } from './processes.ts'

const root = path.resolve(import.meta.dirname, '../../..')

/**
 * Builds, packs and installs the package into an empty folder: end-to-end tests use nothing else of it.
 * GITWARD_TEST_TARBALL names one that was packed before.
 */
export default function setup(project: TestProject): () => void {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'gitward-e2e-')))
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  const given = process.env['GITWARD_TEST_TARBALL']
  if (given) copyFileSync(given, path.join(folder, path.basename(given)))
  else {
    npm(['run', '--silent', 'build'], root)
    npm(['pack', '--silent', '--pack-destination', folder], root)
  }
  const tarball = readdirSync(folder).find(file => file.endsWith('.tgz'))!
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}')
  npm(['install', '--silent', '--offline', `./${tarball}`], folder)
  const record = path.join(folder, 'record')
  mkdirSync(record)
  project.provide('installed', {
    folder,
    record,
    planted: `planted${randomBytes(12).toString('hex')}`,
    tarball: path.join(folder, tarball),
    bin: path.join(folder, 'node_modules', '.bin'),
  })
  const processes = new Processes()
  return () => {
    processes.end()
    try {
      console.log(summary(record, processes.lines()))
    } catch (error) {
      process.exitCode = 1 // vitest prints what ends a teardown, and exits as if nothing had been
      throw error
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

declare module 'vitest' {
  export interface ProvidedContext {
    installed: {
      readonly folder: string
      readonly tarball: string
      readonly bin: string
      /** Where each worker writes down what its worlds left. */
      readonly record: string
      /** A word that this run protects and nothing else says. */
      readonly planted: string
    }
  }
}
