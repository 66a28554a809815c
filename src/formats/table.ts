import type { Format, FormatName } from './format.ts'

interface FormatRow {
  readonly name: FormatName
  /** Path inside the repository, with slashes. */
  matches(path: string): boolean
  /** Imports the parser: nothing is parsed, nor any package loaded, for a path of another format. */
  load(): Promise<Format>
}

/** Every format gitward can seal single values in. The first row that matches wins: `.env.json` is JSON. */
export const formats: readonly FormatRow[] = [
  {
    name: 'yaml',
    matches: path => /\.ya?ml$/i.test(path),
    load: async () => (await import('./yaml.ts')).yamlFormat,
  },
  {
    name: 'json',
    matches: path => /\.jsonc?$/i.test(path),
    load: async () => (await import('./json.ts')).jsonFormat,
  },
  {
    name: 'dotenv',
    matches: path => /\.env$|(?:^|\/)\.env\.[^/]+$/i.test(path),
    load: async () => (await import('./dotenv.ts')).dotenvFormat,
  },
]

/** The format of the file at `path`, by its name alone; null if gitward knows none. */
export const formatNameOf = (path: string): FormatName | null =>
  formats.find(row => row.matches(path))?.name ?? null

/** Loads a format once, at the edge; what it returns works without waiting. */
export const loadFormat = (name: FormatName): Promise<Format> =>
  formats.find(row => row.name === name)!.load()
