import type { Rule } from '../rule.ts'
import { named, token } from './build.ts'
import { alphabets, assigned, filler, inText, nearMisses, unassigned } from './samples.ts'

const CONSOLE = {
  url: 'https://console.aws.amazon.com/iam/home#/security_credentials',
  how: 'deactivate the access key, make a new one, delete the old',
}

export const awsRules: readonly Rule[] = [
  token({
    id: 'aws-access-key-id',
    provider: 'AWS',
    title: 'AWS access key id',
    severity: 'high',
    confidence: 'high',
    keywords: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    format: 'A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}',
    longest: 20,
    minEntropy: 3,
    revoke: CONSOLE,
    positives: () => inText(`AKIA${filler(16, alphabets.base32)}`),
    negatives: () => [
      ...nearMisses('AKIA', filler(16, alphabets.base32)),
      `AKIA${filler(9, alphabets.base32)}EXAMPLE`,
      'ASIA-PACIFIC, ASIA/KOLKATA and AKIA are names',
    ],
  }),
  named({
    id: 'aws-secret-access-key',
    provider: 'AWS',
    title: 'AWS secret access key',
    severity: 'critical',
    confidence: 'high',
    keywords: ['aws_secret', 'awssecret', 'secret_access_key', 'secretaccesskey', 'secret-access-key'],
    name: 'aws_?secret|secret[_-]?access[_-]?key',
    value: '[A-Za-z0-9+/]{40}',
    longest: 40,
    minEntropy: 4,
    revoke: CONSOLE,
    positives: () => [
      ...assigned('aws_secret_access_key', filler(40, alphabets.base64)),
      ...assigned('SecretAccessKey', filler(40, alphabets.base64, 2)),
    ],
    negatives: () => [
      ...unassigned('aws_secret_access_key', filler(40, alphabets.base64)),
      `aws_secret_access_key=${filler(33, alphabets.base64)}EXAMPLEKEY`.slice(0, -3),
      `aws_secret_access_key=${filler(44, alphabets.base64)}`,
    ],
  }),
  token({
    id: 'aws-bedrock-key',
    provider: 'AWS',
    title: 'Amazon Bedrock API key',
    severity: 'high',
    confidence: 'high',
    keywords: ['ABSK'],
    format: 'ABSK[A-Za-z0-9+/]{109,269}={0,2}',
    longest: 275,
    minEntropy: 3.5,
    revoke: CONSOLE,
    positives: () => inText(`ABSK${filler(128, alphabets.base64)}`),
    negatives: () => nearMisses('ABSK', filler(128, alphabets.base62)),
  }),
]
