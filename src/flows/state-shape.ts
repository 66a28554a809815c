type Fields = Readonly<Record<string, unknown>>
type Shape = (value: unknown) => boolean

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText: Shape = value => typeof value === 'string'
const eachOf = (value: unknown, shape: Shape): boolean => isFields(value) && Object.values(value).every(shape)
const isFingerprint: Shape = value => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

/** A compiled policy with its hash; of another version it may hold anything. */
export const isHashedPolicy =
  (version: number): Shape =>
  value =>
    isFields(value) &&
    isText(value['hash']) &&
    isFields(value['compiled']) &&
    typeof value['compiled']['version'] === 'number' &&
    (value['compiled']['version'] !== version || isCompiled(value['compiled']))

const isCompiled = ({ repo, rules, scan }: Fields): boolean =>
  isText(repo) && Array.isArray(rules) && isFields(scan)

/** What `saveTrust` writes, as far as a damaged file would make other code stumble. */
export const isTrust =
  (version: number): Shape =>
  value =>
    isFields(value) &&
    isFields(value['pins']) &&
    isText(value['pins']['repo']) &&
    eachOf(value['pins']['epochs'], scope => eachOf(scope, isFingerprint)) &&
    (value['policy'] === null || isHashedPolicy(version)(value['policy'])) &&
    Array.isArray(value['accepted']) &&
    value['accepted'].every(each => isFields(each) && isText(each['hash']))
