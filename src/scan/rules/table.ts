import type { Rule } from '../rule.ts'
import { awsRules } from './aws.ts'
import { azureRules } from './azure.ts'
import { chatRules } from './chat.ts'
import { configRules } from './config.ts'
import { forgeRules } from './forges.ts'
import { genericRules } from './generic.ts'
import { googleRules } from './google.ts'
import { hashicorpRules } from './hashicorp.ts'
import { hostingRules } from './hosting.ts'
import { mailRules } from './mail.ts'
import { modelRules } from './models.ts'
import { monitoringRules } from './monitoring.ts'
import { paymentRules } from './payments.ts'
import { privateKeyRules } from './private-keys.ts'
import { registryRules } from './registries.ts'
import { unlockingKeyRules } from './unlocking-keys.ts'
import { urlRules } from './urls.ts'
import { webRules } from './web.ts'
import { workRules } from './work.ts'

/** Every rule, one family a row. Their ids are part of fingerprints: never rename one. */
export const rules: readonly Rule[] = [
  unlockingKeyRules,
  privateKeyRules,
  awsRules,
  azureRules,
  googleRules,
  forgeRules,
  registryRules,
  modelRules,
  chatRules,
  mailRules,
  paymentRules,
  hostingRules,
  monitoringRules,
  hashicorpRules,
  workRules,
  configRules,
  urlRules,
  webRules,
  genericRules,
].flat()

const byId = new Map(rules.map(rule => [rule.id, rule]))

/** The rule with this id; undefined if there is none. */
export const ruleById = (id: string): Rule | undefined => byId.get(id)
