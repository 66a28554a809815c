import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { armor } from 'age-encryption'
import * as vectors from 'cctv-age'
import { describe, expect, it } from 'vitest'
import { GitwardError } from '../../../src/core/errors.ts'
import { unwrap } from '../../../src/keys/wrap.ts'

// https://c2sp.org/CCTV/age: the test vectors of the age format

interface Vector {
  readonly name: string
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly file: Buffer
}

function vector([name, bytes]: [string, Uint8Array]): Vector {
  const text = Buffer.from(bytes)
  const end = text.indexOf('\n\n')
  const fields = new Map<string, string[]>()
  for (const line of text.toString('latin1', 0, end).split('\n')) {
    const [key, value] = [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]
    fields.set(key, [...(fields.get(key) ?? []), value])
  }
  const body = text.subarray(end + 2)
  return { name, fields, file: fields.has('compressed') ? inflateSync(body) : body }
}

const all = Object.entries(vectors).map(vector)
/** We open armored files with identities: no passphrases. */
const ours = all.filter(({ fields }) => fields.has('identity') && !fields.has('passphrase'))
const expected = ({ fields }: Vector) => fields.get('expect')![0]!
const armored = ({ fields, file }: Vector) =>
  fields.has('armored') ? file.toString('latin1') : armor.encode(file)

describe('the age test vectors', () => {
  it('are there, of every kind', () => {
    const kinds = new Set(ours.map(expected))
    expect([...kinds].sort()).toEqual([
      'HMAC failure',
      'armor failure',
      'header failure',
      'no match',
      'payload failure',
      'success',
    ])
    expect(ours.length).toBeGreaterThan(80)
  })

  it.each(ours.map(each => [expected(each), each.name, each] as const))('%s: %s', async (kind, _, each) => {
    const wanted =
      kind === 'success' ? each.fields.get('payload')![0] : kind === 'no match' ? 'no match' : 'MALFORMED'
    expect(await outcome(each)).toBe(wanted)
  })
})

/** SHA-256 of the payload, `no match`, or the code of our error. */
async function outcome(each: Vector): Promise<string> {
  try {
    const payload = await unwrap(armored(each), each.fields.get('identity')!)
    return payload ? createHash('sha256').update(payload).digest('hex') : 'no match'
  } catch (error) {
    return error instanceof GitwardError ? error.code : String(error)
  }
}
