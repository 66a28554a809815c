import { decodeUtf8, utf8, type Bytes } from './bytes.ts'
import { printable } from './printable.ts'

/**
 * A path inside a repository, '/' between folders, one UTF-16 unit a byte: git's paths are bytes, not text,
 * and its patterns match byte by byte.
 */
export type GitPath = string & { readonly __gitPath: true }

export function gitPath(bytes: Bytes): GitPath {
  let path = ''
  for (let at = 0; at < bytes.length; at += 8192)
    path += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return path as GitPath
}

export const gitPathOf = (text: string): GitPath => gitPath(utf8(text))

export const pathBytes = (path: GitPath): Bytes => Uint8Array.from(path, unit => unit.charCodeAt(0))

/** For messages: decoded where it is UTF-8, control characters escaped. */
export const shown = (path: GitPath): string => printable(decodeUtf8(pathBytes(path)) ?? path)
