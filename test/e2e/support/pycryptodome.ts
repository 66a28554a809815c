import { spawnSync } from 'node:child_process'

/** A Python that has pycryptodome under either of its names; null, with a printed line, if there is none. */
export function pythonWithPycryptodome(): { readonly python: string; readonly module: string } | null {
  for (const python of ['python3', '/usr/bin/python3'])
    for (const module of ['Cryptodome', 'Crypto'])
      if (spawnSync(python, ['-c', `import ${module}.Cipher.AES`]).status === 0) return { python, module }
  console.warn('skipped: import: needs python3-pycryptodome')
  return null
}
