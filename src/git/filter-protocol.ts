import type { Bytes } from '../core/bytes.ts'
import { errno, GitwardError } from '../core/errors.ts'
import { gitPath, type GitPath } from '../core/path.ts'
import { EndOfInput, PacketStream } from './pkt-line.ts'

/** One file on its way into or out of the index (gitattributes(5), "Long Running Filter Process"). */
export interface FilterRequest {
  readonly command: 'clean' | 'smudge'
  readonly path: GitPath
  /** The commit or tree that is being checked out, where git says so. */
  readonly treeish: string | null
  readonly content: Bytes
}

/** @returns the filtered bytes; null tells git that the filter failed for this file. */
export type FilterHandler = (request: FilterRequest) => Promise<Bytes | null>

/** Serves git until it closes the pipe. Never answers `abort`: every file is judged on its own. */
export async function serveFilter(input: number, output: number, handle: FilterHandler): Promise<void> {
  const stream = new PacketStream(input, output)
  try {
    greet(stream)
    for (let lines = stream.readLines(); lines; lines = stream.readLines()) {
      const content = stream.readContent()
      const filtered = await handle(request(lines, content))
      if (filtered) stream.writeAnswer(filtered)
      else stream.writeLines(['status=error'])
    }
  } catch (error) {
    // git went away: interrupted, or done before it asked anything
    if (!(error instanceof EndOfInput) && errno(error) !== 'EPIPE') throw error
  }
}

function greet(stream: PacketStream): void {
  const hello = stream.readLines()
  if (!hello) return
  if (hello[0] !== 'git-filter-client' || !hello.includes('version=2')) {
    throw new GitwardError('GIT', 'this is no git filter client of version 2', { hint: 'git --version' })
  }
  stream.writeLines(['git-filter-server', 'version=2'])
  stream.readLines()
  stream.writeLines(['capability=clean', 'capability=smudge'])
}

function request(lines: readonly string[], content: Bytes): FilterRequest {
  const fields = new Map(
    lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const command = fields.get('command')
  if (command !== 'clean' && command !== 'smudge')
    throw new GitwardError('GIT', `git asked for an unknown command: ${command}`)
  const path = gitPath(Buffer.from(fields.get('pathname') ?? '', 'latin1'))
  return { command, path, treeish: fields.get('treeish') ?? null, content }
}
