import { describe, expect, it } from 'vitest'
import { concat, toHex, utf8, type Bytes } from '../../../src/core/bytes.ts'
import { GitwardError } from '../../../src/core/errors.ts'
import { openChunks, sealChunks } from '../../../src/crypto/cobblestone.ts'
import { fileContext, FILE_START_BYTES, portableHeader } from '../../../src/envelope/file-header.ts'
import { cobblestoneOf, openMessage, parseFileEnvelope } from '../../../src/envelope/file.ts'
import { currentSlot, newKeyslotArea, parseKeyslots } from '../../../src/envelope/keyslots.ts'
import { parseSignature, signedMessage } from '../../../src/envelope/signature.ts'
import { sample } from '../../tools/arbitraries.ts'
import { goldenFile } from '../../tools/golden/read.ts'
import { accepted } from './support.ts'

const AGE_BYTES = 200
const dataKey = new Uint8Array(32).fill(7)

function portableFile(plaintext: Bytes): Bytes {
  const [header, area, salt] = [portableHeader(), newKeyslotArea(sample(AGE_BYTES))!, sample(24)]
  const message = cobblestoneOf({ inputKey: dataKey, salt, context: fileContext(header) })
  return concat(header, area, salt, message.commitment, sealChunks(message, plaintext))
}

/** Who may open it, and what then comes out. */
function read(bytes: Bytes): unknown {
  const file = parseFileEnvelope(bytes)
  const slot = file.portable ? currentSlot(parseKeyslots(file.keyslots)) : null
  if (!slot) throw new GitwardError('MALFORMED', 'no slot')
  const { salt, header } = file
  const plaintext = openChunks(
    openMessage({ inputKey: dataKey, salt, context: fileContext(header) }, file),
    file.chunks,
  )
  if (!plaintext) throw new GitwardError('TAMPERED', 'a chunk')
  return [toHex(slot.age), toHex(plaintext)]
}

describe('a portable file', () => {
  it('opens as itself or not at all; a damaged keyslot leaves its twin', () => {
    const file = portableFile(utf8('correct-horse'))
    const slotBytes = new DataView(file.buffer).getUint32(20)
    const slotsEnd = FILE_START_BYTES + 2 * slotBytes
    const isZeros = (at: number) => {
      const inSlot = (at - FILE_START_BYTES) % slotBytes
      return FILE_START_BYTES <= at && at < slotsEnd && inSlot >= 12 + AGE_BYTES && inSlot < slotBytes - 32
    }
    const found = accepted(file, read, at => !isZeros(at)) // keyslots.test.ts has every byte of a slot
    expect(found.filter(({ verdict }) => verdict !== 'same')).toEqual([])
    const isOfSlots = ({ at }: { at: number }) => FILE_START_BYTES <= at && at < slotsEnd
    expect(found.filter(each => each.what !== 'flipped' || !isOfSlots(each))).toEqual([])
    expect(found).toHaveLength(8 * 2 * (12 + AGE_BYTES + 32))
  })
})

describe('a signature file', () => {
  it('that says something else has another message or another signature', () => {
    const golden = goldenFile('signature.json').vectors.find(({ name }) => name === 'small')!
    const spelled = (bytes: Bytes): string => {
      const signature = parseSignature(bytes)
      return `${toHex(signedMessage(signature))} ${toHex(signature.sshsig)}`
    }
    const found = accepted(utf8(golden.envelope), spelled)
    expect(found.length).toBeGreaterThan(1000)
    expect(found.filter(({ verdict }) => verdict !== 'other')).toEqual([])
  })
})
