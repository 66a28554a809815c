import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
}

/** The Chromium of this machine; null if it has none. */
export const chromium = NAMES.find(name => spawnSync(name, ['--version']).status === 0) ?? null

/**
 * Loads `/page.html` in headless Chromium and returns the text of its `<output>` once all scripts have run.
 * `files` are served by their paths, other paths from `folder`.
 */
export async function outputOfPage(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer(({ url = '/' }, response) => {
    const type = TYPES[path.extname(url)]
    const body = files[url] ?? (type && readFileSync(path.join(folder, path.normalize(url)), 'utf8'))
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' }).end(body)
  }).listen(0, '127.0.0.1')
  const profile = mkdtempSync(path.join(tmpdir(), 'gitward-chromium-'))
  try {
    await once(server, 'listening')
    const dom = await domOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`, profile)
    return /<output[^>]*>([^<]*)<\/output>/.exec(dom)![1]!
  } finally {
    server.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function domOf(url: string, profile: string): Promise<string> {
  // no sandbox: containers forbid it, and the page is ours
  const switches = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`]
  const { stdout } = await promisify(execFile)(chromium!, [...switches, '--dump-dom', url], {
    env: { ...process.env, HOME: profile },
    maxBuffer: 2 ** 28,
    timeout: 100_000,
  })
  return stdout
}
