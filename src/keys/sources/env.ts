import { parseIdentities } from '../identities.ts'
import { parseSuppliedKeys } from '../keyring.ts'
import { identitiesOnly, keysOnly, type KeySource } from './source.ts'

export const identityVariable: KeySource = {
  name: 'GITWARD_IDENTITY',
  load: env => {
    const text = env['GITWARD_IDENTITY']
    return text ? identitiesOnly(parseIdentities(text, 'GITWARD_IDENTITY')) : null
  },
}

export const keyVariable: KeySource = {
  name: 'GITWARD_KEY',
  load: env => {
    const text = env['GITWARD_KEY']
    return text ? keysOnly(parseSuppliedKeys(text, 'GITWARD_KEY')) : null
  },
}
