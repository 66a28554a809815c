import { describe, expect, it } from 'vitest'
import { base64 } from '../../../src/core/base64.ts'
import { decodeUtf8, sameBytes, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { epochKey } from '../../../src/crypto/epoch-key.ts'
import { generateIdentity } from '../../../src/keys/identities.ts'
import {
  epochFileName,
  formatEpochRecord,
  membersMac,
  parseEpochFileName,
  parseEpochRecord,
  standsInItsPlace,
} from '../../../src/keys/epoch.ts'
import { noPins } from '../../../src/keys/pins.ts'
import { parseRecipients, formatRecipients } from '../../../src/keys/recipients.ts'
import { pinEpochs } from '../../../src/keys/trust.ts'
import { unwrap, wrap } from '../../../src/keys/wrap.ts'
import { mutants } from '../../tools/mutants.ts'
import { alice, bob, candidateOf, keyOf } from '../keys/support/keys.ts'
import { accepted, picture, textOf } from './support.ts'

const [first, second] = [keyOf(1), keyOf(2)]
const recipients = [alice, bob]
const pins = pinEpochs(noPins(base64(first.repo)), [candidateOf(first, 1)])
const record = {
  ...candidateOf(second, 2, { previous: first }).record!,
  members: membersMac(second, 'default', 2, recipients),
}
const place = { scope: 'default', epoch: 2, kid: second.kid }

/** As unlock and `member add` judge what age gave them. */
function trusted(bytes: Bytes): unknown {
  const read = parseEpochRecord(textOf(bytes))
  const key = epochKey(read.key, first.repo)
  if (!standsInItsPlace(read, key, place)) throw new GitwardError('WRONG_KEY', 'another place')
  pinEpochs(pins, [candidateOf(first, 1), { ...place, key, record: read }])
  if (!sameBytes(read.members, membersMac(key, 'default', 2, recipients)))
    throw new GitwardError('WRONG_KEY', 'other members')
  return formatEpochRecord(read)
}

describe('an epoch file', () => {
  it('has no payload but its own, one byte apart', () => {
    expect(accepted(utf8(formatEpochRecord(record)), trusted)).toEqual([])
  })

  it('has a name that a byte turns into another name, or none', () => {
    const name = epochFileName(12, second.kid)
    const read = (bytes: Bytes) => parseEpochFileName(textOf(bytes)) ?? refuse()
    const others = accepted(utf8(name), read)
    expect(others.filter(({ verdict }) => verdict === 'same')).toEqual([])
    const names = others.map(({ bytes }) => parseEpochFileName(decodeUtf8(bytes)!)!)
    expect(names.map(({ epoch, kid }) => epochFileName(epoch, kid))).toEqual(
      others.map(({ bytes }) => decodeUtf8(bytes)),
    )
  })

  it('opens under age as its own payload or not at all', async () => {
    const { identity, recipient } = await generateIdentity('classic')
    const payload = formatEpochRecord(record)
    const armored = await wrap(payload, [{ name: 'alice', recipient }])
    const opened: string[] = []
    for (const { at, what, bytes } of mutants(utf8(armored))) {
      const found = await openedOrNull(decodeUtf8(bytes), identity)
      if (found !== null) opened.push(`${what} ${at - armored.length}: ${decodeUtf8(found) === payload}`)
    }
    // the last line feed: white space around the armor is age's to allow
    expect(opened).toEqual(['flipped -1: true', 'removed -1: true', 'doubled -1: true'])
  })
})

async function openedOrNull(armored: string | null, identity: string): Promise<Bytes | null> {
  try {
    return await unwrap(armored ?? '', [identity])
  } catch (error) {
    if (error instanceof GitwardError && error.exitCode === 4) return null
    throw error
  }
}

function refuse(): never {
  throw new GitwardError('MALFORMED', 'no name')
}

describe('a recipients file', () => {
  const read = (bytes: Bytes) => parseRecipients(textOf(bytes), 'default')

  it('says something else in names, keys and what ends a name; the kind of a key has no choice', () => {
    const shorter = recipients.map(({ name, recipient }) => ({ name, recipient: recipient.slice(0, 28) }))
    expect(picture(utf8(formatRecipients(shorter)), read)).toEqual([
      '# alice$',
      '********',
      'age1pq1aaaaaaaaaaaaaaaaaaaaa$',
      '      **********************=',
      '# bob$',
      '******',
      'age1pq1qqqqqqqqqqqqqqqqqqqqq$',
      '      **********************=',
    ])
  })

  it('that says something else is not the one that the epoch file vouches for', () => {
    const others = accepted(utf8(formatRecipients(recipients)), read).filter(each => each.verdict === 'other')
    expect(others.length).toBeGreaterThan(100)
    const macs = others.map(({ bytes }) => membersMac(second, 'default', 2, read(bytes)))
    expect(macs.filter(mac => sameBytes(mac, record.members))).toEqual([])
  })
})
