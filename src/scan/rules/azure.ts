import type { Rule } from '../rule.ts'
import { token } from './build.ts'
import { alphabets, filler, inText, nearMisses } from './samples.ts'

/** Third last mark of an Entra client secret: a digit, then `Q~`. */
const MARKS = Array.from('0123456789', digit => `${digit}Q~`)

export const azureRules: readonly Rule[] = [
  token({
    id: 'azure-client-secret',
    provider: 'Azure',
    title: 'Microsoft Entra client secret',
    severity: 'critical',
    confidence: 'high',
    keywords: MARKS,
    format: '[\\w.~-]{3}\\dQ~[\\w.~-]{31,34}',
    lead: 3,
    longest: 40,
    minEntropy: 3,
    revoke: {
      url: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps',
      how: 'delete the client secret of the app registration and add a new one',
    },
    positives: () => inText(`abC8Q~${filler(34)}`),
    negatives: () => [...nearMisses('abC8Q~', filler(34)), `abCxQ~${filler(34)}`],
  }),
  token({
    id: 'azure-storage-key',
    provider: 'Azure',
    title: 'Azure storage account or service key',
    severity: 'critical',
    confidence: 'high',
    keywords: ['AccountKey=', 'SharedAccessKey='],
    format: '(?:Account|SharedAccess)Key=(?<secret>(?:[A-Za-z0-9+/]{86}==|[A-Za-z0-9+/]{43}=))',
    longest: 110,
    minEntropy: 4,
    revoke: { url: 'https://portal.azure.com', how: 'rotate the key of the account or policy' },
    positives: () => [
      ...inText(`AccountName=name;AccountKey=${filler(86, alphabets.base64)}==`),
      ...inText(`Endpoint=sb://name/;SharedAccessKey=${filler(43, alphabets.base64)}=`),
    ],
    negatives: () => nearMisses('AccountKey=', `${filler(86, alphabets.base64)}==`),
  }),
]
