import type { Bytes } from '../../core/bytes.ts'
import type { FilterEffects } from '../filter/session.ts'
import { spelling, lookUp } from './look-up.ts'
import { stepsOf } from './address.ts'
import { contentAt, documentOf, type Document } from './document.ts'
import { openStrictly, openWhatOpens } from './open.ts'
import { workFile } from './work-file.ts'

/**
 * The plaintext of a file of the work tree, whether it stands there encrypted or not.
 * @throws {GitwardError} as `openStrictly`.
 */
export async function catFile(effects: FilterEffects, file: string): Promise<Bytes> {
  return (await openStrictly(await workFile(effects, file))).bytes
}

/**
 * The text that one value stands for: quotes, escapes and block headers gone. Only that value must open.
 * @throws {GitwardError} USAGE if the pointer leads nowhere or to no value, else as `openStrictly`.
 */
export async function getValue(effects: FilterEffects, file: string, pointer: string): Promise<string> {
  const placed = await workFile(effects, file)
  const document = await documentOf(placed, await openWhatOpens(placed))
  const steps = stepsIn(document, pointer)
  const found = lookUp(file, document.roots, steps)
  if (found.kind !== 'found') throw found.problem
  return contentAt(document, found.place, spelling(steps))
}

/** The steps of a pointer in this file: a dotenv name is one step, dots and all. */
export const stepsIn = ({ placed }: Document, pointer: string) =>
  stepsOf(pointer, { isFlat: placed.format === 'dotenv' })
