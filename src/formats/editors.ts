import type { Editor } from './editor.ts'
import type { FormatName } from './format.ts'

/** The editor of every format. Apart from `table.ts`, for the filter loads that one and never edits. */
const editors: Readonly<Record<FormatName, () => Promise<Editor>>> = {
  yaml: async () => (await import('./yaml-editor.ts')).yamlEditor,
  json: async () => (await import('./json-editor.ts')).jsonEditor,
  dotenv: async () => (await import('./dotenv-editor.ts')).dotenvEditor,
}

/** Loads an editor, at the edge. */
export const loadEditor = (name: FormatName): Promise<Editor> => editors[name]()
