/** Where things stand in a protected repository (DESIGN §5, docs/architecture.md). */
export const POLICY_PATH = '.gitward/config.yaml'
export const BASELINE_PATH = '.gitward/baseline.yaml'
export const KEYS_FOLDER = '.gitward/keys'
const RECIPIENTS_FOLDER = '.gitward/recipients'
export const ATTRIBUTES_PATH = '.gitattributes'

export const recipientsPath = (scope: string): string => `${RECIPIENTS_FOLDER}/${scope}.txt`
export const epochFolder = (scope: string): string => `${KEYS_FOLDER}/${scope}`

/** True for what disk.ts and files/output.ts write beside a file: it may hold plaintext, and nobody means to commit it. */
export const isTemporaryPath = (path: string): boolean => /(?:^|\/)\.gitward-\d+-[0-9a-f]{8}\.tmp$/.test(path)
