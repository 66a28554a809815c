import { simpleGit } from 'simple-git'

/** simple-git for the commands that people wait for; bytes and hot paths go through run.ts. */
const at = (folder: string) => simpleGit({ baseDir: folder })

/** user.name as git would use it; null if none is set. */
export async function userName(folder: string): Promise<string | null> {
  const { value } = await at(folder).getConfig('user.name')
  return value
}

export interface GitVersion {
  readonly major: number
  readonly minor: number
}

export async function gitVersion(folder: string): Promise<GitVersion> {
  const { major, minor } = await at(folder).version()
  return { major, minor }
}
