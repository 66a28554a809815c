import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { base64, base64url } from '../../../src/core/base64.ts'
import { concat, sameBytes, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { SEALED_CHUNK_BYTES } from '../../../src/crypto/cobblestone.ts'
import { FILE_MAGIC } from '../../../src/envelope/file-header.ts'
import { sealFile } from '../../../src/envelope/file.ts'
import { sealToken } from '../../../src/envelope/token.ts'
import { openFile, openJson } from '../../../src/flows/library/envelopes.ts'
import { openValue } from '../../../src/flows/library/values.ts'
import { formatRecipients, parseRecipients } from '../../../src/keys/recipients.ts'
import { parsePolicy } from '../../../src/policy/parse.ts'
import { compilePolicy } from '../../../src/policy/policy.ts'
import { formatBaseline, parseBaseline } from '../../../src/scan/baseline.ts'
import { bytes, exactly, sample, text } from '../../tools/arbitraries.ts'
import { KEY, OTHER_KEY, REPO } from '../../tools/keys.ts'

/** True if `work` throws one of our errors: what it read was refused. @throws whatever else it throws. */
function refuses(work: () => unknown): boolean {
  try {
    work()
    return false
  } catch (error) {
    if (error instanceof GitwardError && error.exitCode > 1) return true
    throw error
  }
}

/** Mostly the right bytes, so that a later check is reached. */
const near = (right: Bytes): fc.Arbitrary<Bytes> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, bytes(40), exactly(right.length))

describe('envelopes put together from parts are refused', () => {
  it('files', () => {
    const front = fc.tuple(near(FILE_MAGIC), near(Uint8Array.of(1, 1, 0, 0)), near(KEY.kid), near(sample(24)))
    fc.assert(
      fc.property(front, near(sample(32)), bytes(100), (parts, commitment, chunks) =>
        refuses(() => openFile(KEY, concat(...parts, commitment, chunks))),
      ),
    )
  })

  it('tokens and JSON envelopes', () => {
    const fields = fc.tuple(near(KEY.kid), near(sample(24)), near(sample(32)), near(sample(16)))
    fc.assert(
      fc.property(fields, ([kid, nonce, ciphertext, tag]) => {
        const token = ['gitward:v1', ...[kid, nonce, ciphertext, tag].map(base64url)].join(':')
        const [k, n, c, t] = [kid, nonce, ciphertext, tag].map(base64)
        const json = `{"gitward":"v1","kid":"${k}","nonce":"${n}","ciphertext":"${c}","tag":"${t}"}\n`
        return refuses(() => openValue(KEY, '/a', token)) && refuses(() => openJson(KEY, utf8(json)))
      }),
    )
  })

  it('files of the chunks of two files, in any order', () => {
    const HEADER_BYTES = 76
    const [one, two] = [sealFile(KEY, sample(40_000)), sealFile(KEY, sample(40_001))]
    const chunksOf = (envelope: Bytes) =>
      [0, 1, 2].map(i =>
        envelope.subarray(HEADER_BYTES).slice(i * SEALED_CHUNK_BYTES, (i + 1) * SEALED_CHUNK_BYTES),
      )
    const chunks = [...chunksOf(one), ...chunksOf(two)]
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 5 }), order => {
        const spliced = concat(one.subarray(0, HEADER_BYTES), ...order.map(i => chunks[i]!))
        return sameBytes(spliced, one) !== refuses(() => openFile(KEY, spliced))
      }),
    )
  })

  it('tokens of the fields of two tokens', () => {
    const sealed = [
      sealToken(KEY, '/a', utf8('x')),
      sealToken(OTHER_KEY, '/a', utf8('x')),
      sealToken(KEY, '/b', utf8('x')),
    ]
    const fields = sealed.map(token => token.split(':'))
    fc.assert(
      fc.property(fc.tuple(...Array.from({ length: 6 }, () => fc.nat(2))), picks => {
        const token = picks.map((pick, i) => fields[pick]![i]).join(':')
        return (token === sealed[0]) !== refuses(() => openValue(KEY, '/a', token))
      }),
    )
  })
})

describe('texts of the right shape are read or refused, never worse', () => {
  const word = fc.oneof(
    text,
    fc.constantFrom('**', 'a/**', 'a.*', '[', '\\', '', 'prod', '-', '~', '__proto__'),
  )
  const anything = fc.oneof(
    word,
    fc.boolean(),
    fc.integer(),
    fc.constant(null),
    fc.array(word),
    fc.dictionary(word, word),
  )
  const rule = fc.record(
    { paths: fc.array(word), keys: anything, except: anything, whole: anything, scope: word },
    { requiredKeys: ['paths'] },
  )
  const policy = fc.record(
    {
      version: fc.constantFrom(1, 2, '1'),
      repo: fc.constant(base64(REPO)),
      hooks: anything,
      protect: fc.array(rule),
      scan: anything,
    },
    { requiredKeys: ['version', 'repo', 'protect'] },
  )
  /** Refused, or what `law` says holds. */
  const either = <T>(read: () => T, law: (value: T) => boolean): boolean => refuses(read) || law(read())

  it('policies are plain data once compiled', () => {
    fc.assert(
      fc.property(policy, made =>
        either(
          () => compilePolicy(parsePolicy(JSON.stringify(made))),
          compiled => JSON.stringify(structuredClone(compiled)) === JSON.stringify(compiled),
        ),
      ),
    )
  })

  it('baselines and recipients are written as they were read', () => {
    const fingerprint = fc.oneof(word, fc.constantFrom('A'.repeat(22), 'B'.repeat(22)))
    const entry = fc.record({ fingerprint, rule: word, path: word, reason: word, owner: word, expires: word })
    const key = fc.constantFrom('a', 'q', 'pq1a').map(letters => letters.repeat(20))
    fc.assert(
      fc.property(fc.array(entry), fc.array(fc.tuple(word, fc.oneof(word, key))), (entries, members) => {
        const fields = entries.map(each =>
          Object.entries(each).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
        )
        const baseline = [
          ...formatBaseline([]).trimEnd().split('\n'),
          ...fields.map(each => `  - { ${each.join(', ')} }`),
        ]
        const recipients = members.map(([name, letters]) => `# ${name}\nage1${letters}`).join('\n')
        return (
          either(
            () => formatBaseline(parseBaseline(baseline.join('\n'))),
            written => formatBaseline(parseBaseline(written)) === written,
          ) &&
          either(
            () => formatRecipients(parseRecipients(recipients, 'default')),
            written => formatRecipients(parseRecipients(written, 'default')) === written,
          )
        )
      }),
    )
  })
})
