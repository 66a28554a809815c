import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
const recording = readFileSync(path.join(root, 'docs/session.svg'), 'utf8')

describe('docs/session.svg', () => {
  it('is what a run prints now (else: npm run build && node test/tools/record.mjs > docs/session.svg)', () => {
    const cli = path.join(inject('installed').folder, 'node_modules/gitward/dist/cli.cjs')
    const record = path.join(root, 'test/tools/record.mjs')
    expect(execFileSync(process.execPath, [record, cli]).toString()).toBe(recording)
  })

  it('is text that asks for nothing, says what it shows, and fits on a page', () => {
    expect(recording).not.toMatch(
      /<(?:script|image|foreignObject|use|a)\b|\son\w+=|href|url\(|@import|@font-face/,
    )
    expect(recording.match(/https?:[^"<\s]*/g)?.filter(url => !url.includes('github.com/settings'))).toEqual([
      'http://www.w3.org/2000/svg',
    ])
    expect(recording).toMatch(
      /role="img" aria-labelledby="title desc">\n {2}<title id="title">\w.*<\/title>\n {2}<desc id="desc">\w/,
    )
    expect(recording).toContain('@media (prefers-color-scheme: dark)')
    expect(recording.match(/<text /g)!.length).toBeLessThanOrEqual(40)
    expect(readFileSync(path.join(root, 'README.md'), 'utf8')).toContain('](docs/session.svg)')
  })
})
