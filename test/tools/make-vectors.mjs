// Writes test/vectors: `npm run vectors`. The vectors are frozen with the format: a difference after this is a
// change of the format. Bundled in memory because Node 20 cannot run TypeScript.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rolldown } from 'rolldown'

const bundle = await rolldown({ input: path.join(import.meta.dirname, 'golden/table.ts'), platform: 'node' })
const { output } = await bundle.generate({ format: 'esm' })
const { goldenFiles, spelled } = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`)

const folder = path.join(import.meta.dirname, '../vectors')
mkdirSync(folder, { recursive: true })
for (const [name, file] of Object.entries(goldenFiles())) {
  writeFileSync(path.join(folder, name), spelled(file))
  process.stdout.write(`${name}: ${file.vectors.length} vectors\n`)
}
