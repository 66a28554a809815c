import { decodeUtf8, utf8, type Bytes } from './bytes.ts'

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

/** For messages: decoded where it is UTF-8, control characters escaped so that no name can write to a terminal. */
export function shown(path: GitPath): string {
  const text = decodeUtf8(pathBytes(path)) ?? path
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, unit => {
    return `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
