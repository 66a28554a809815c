import { base64 } from '../../src/core/base64.ts'
import { concat, utf8, type Bytes } from '../../src/core/bytes.ts'
import { sealFile } from '../../src/envelope/file.ts'
import { portableHeader } from '../../src/envelope/file-header.ts'
import { sealJson } from '../../src/envelope/json.ts'
import { newKeyslotArea } from '../../src/envelope/keyslots.ts'
import { formatSignature } from '../../src/envelope/signature.ts'
import { sealToken } from '../../src/envelope/token.ts'
import { formatEpochRecord } from '../../src/keys/epoch.ts'
import { formatBaseline } from '../../src/scan/baseline.ts'
import { rules } from '../../src/scan/rules/table.ts'
import { sample } from './arbitraries.ts'
import { KEY, REPO } from './keys.ts'

const token = sealToken(KEY, '/db/password', utf8('"correct horse"'))
const record = { repo: REPO, scope: 'prod', epoch: 2, key: KEY.secret, members: sample(32), prev: sample(32) }
const recipient = (letter: string) => `age1${letter.repeat(58)}`
const entry = {
  fingerprint: 'A'.repeat(22),
  rule: 'aws',
  path: 'a"b',
  reason: 'test\\',
  owner: 'o',
  expires: '2027-01-31',
}
const identity = (kind: string) => `AGE-SECRET-KEY-${kind}${'Q'.repeat(58)}` // put together: no scanner takes it for one

const policy = `version: 1
repo: ${base64(REPO)} # id
hooks: none
protect:
  - paths: ['config/**/*.yaml', '.env*']
    keys: ['**.*password', '**.*_token']
    except: ['**.host']
    scope: prod
  - paths: [models/**, "/a b/[!x]?.bin"]
    whole: json
scan: { disable: [aws], plugins: [], ignore: ['*.lock'] }
`

const packet = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
const packets = (...lists: string[][]) => lists.map(list => `${list.map(packet).join('')}0000`).join('')
const hello = packets(['git-filter-client\n', 'version=2\n'], ['capability=clean\n', 'capability=smudge\n'])
const request = (command: string) =>
  packets([`command=${command}\n`, 'pathname=a/b\n', 'treeish=HEAD\n'], ['plain text', 'more'])

/** What each target starts from: by its name, text or bytes. */
export const SEEDS: Readonly<Record<string, readonly (string | Bytes)[]>> = {
  token: [token, sealToken(KEY, '/db/password', sample(40))],
  envelope: [
    ...[1, 40, 16_384, 16_385].map(length => sealFile(KEY, sample(length))),
    ...[1, 2, 3, 300].map(length => sealJson(KEY, sample(length))),
  ],
  portable: [concat(portableHeader(), newKeyslotArea(sample(200))!, sample(24 + 32 + 40))],
  signature: [
    formatSignature({
      context: 'gitward/v1/signature',
      name: 'model.bin',
      round: '7',
      salt: sample(24),
      commitment: sample(32),
      length: 2 ** 20 + 1,
      leaves: sample(64),
      sshsig: sample(200),
    }),
  ],
  epoch: [formatEpochRecord(record), formatEpochRecord({ ...record, epoch: 1, prev: null })],
  recipients: [`# alice\n${recipient('a')}\n\n# bob\n${recipient('q')}\n`, `# eve\n${recipient('pq1')}\n`],
  keys: [
    `prod=${base64(KEY.secret)},${base64(sample(32))}`,
    JSON.stringify([{ scope: 'prod', epoch: 1, repo: base64(REPO), key: base64(KEY.secret) }]),
  ],
  identities: [`# mine\n${identity('1')}\n`, `${identity('PQ-1')}\n`],
  policy: [policy],
  patterns: ['config/**/*.yaml', '/a b/[!x-z]?.b\\*n', '**.*password', 'a.\\*b.**.c'],
  baseline: [formatBaseline([entry, { ...entry, path: 'z', expires: '' }])],
  scan: rules.flatMap(rule => rule.positives().slice(0, 1)),
  protocol: [
    hello + request('clean') + request('smudge'),
    hello + packets(['command=clean\n', 'pathname=c\n'], []),
  ],
  yaml: [
    'db: &a\n  host: h # c\n  password: "correct\\thorse"\nlist:\n  - name: x\n    pw: |\n      a\n      b\n  - *a\n',
    "{a: [1, \"b\", null], ? [k] : v, <<: {c: !!str d}}\n---\n- - x\n- 'it''s'\n...\n",
    `a: >-\n  folded\n  text\n\nb: ${token}\nc: ~\r\nd: plain value: no\n`,
    '<<<<<<< ours\na: 1\n=======\na: 2\n>>>>>>> theirs\nb: x\n',
  ],
  json: [
    '{"db": {"password": "correct\\thorse", "n": -1.5e3}, "list": [{"name": "x", "v": true}, null, []]}\n',
    `// comment\n{"a": "${token}", /* c */ "a": "\\u00e9", }\n`,
  ],
  dotenv: [`A=1\nexport B="x\\ny" # c\nC='single'\n# comment\nD=a b # c\nE=\nF=${token}\r\nG="two\nlines"\n`],
}
