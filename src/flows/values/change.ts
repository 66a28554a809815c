import { utf8 } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import { addValue, removeItem, setValue } from '../../formats/edit.ts'
import type { Place } from '../../formats/editor.ts'
import type { ValueSpan } from '../../formats/format.ts'
import { pointerScope } from '../../policy/policy.ts'
import type { FilterEffects } from '../filter/session.ts'
import { documentOf, noScalar, spansIn, tokenAt, type Document } from './document.ts'
import { stepsIn } from './get.ts'
import { lookUp, spelling } from './look-up.ts'
import { inFile, openWhatOpens, type Opened } from './open.ts'
import { assertUnlocked, store, type StoredAs } from './store.ts'
import { workFile, type WorkFile } from './work-file.ts'

export interface Changed {
  /** In the dotted form. */
  readonly path: string
  readonly storedAs: StoredAs
  /** True if the policy seals the value. */
  readonly isProtected: boolean
  readonly isNew: boolean
}

/**
 * Makes the value at `pointer` stand for `value`; adds the key if its map is there.
 * @throws {GitwardError} USAGE if the pointer leads nowhere, LOCKED without a key for a protected place, REFUSED
 *   where that cannot be written without changing something else. Nothing is written then.
 */
export async function setInFile(
  effects: FilterEffects,
  file: string,
  pointer: string,
  value: string,
): Promise<Changed> {
  const work = await workFile(effects, file)
  const opened = await openWhatOpens(work)
  const document = await documentOf(work, opened)
  const steps = stepsIn(document, pointer)
  const found = lookUp(file, document.roots, steps)
  if (found.kind === 'missing') throw found.problem
  const text = inFile(file, () => {
    const { editor } = document
    if (found.kind === 'addable') return addValue(editor, document.text, found.map, found.key, value)
    const item = found.place.parent.items[found.place.index]!
    if (item.value?.kind !== 'scalar') throw noScalar(document, item.value, spelling(steps))
    return setValue(editor, document.text, found.place, value)
  })
  const changed = changedSpans(document, text)
  for (const { pointer: at } of changed) assertUnlocked(work, at)
  const isNew = found.kind === 'addable'
  const isProtected = sealsAny(work, isNew ? changed : [...changed, ...spansAt(document, found.place)])
  const storedAs = await storeText(work, document, text, opened)
  return { path: spelling(steps), storedAs, isProtected, isNew }
}

/**
 * Takes the entry or element at `pointer` away, with all that is in it.
 * @throws {GitwardError} as `setInFile`.
 */
export async function unsetInFile(effects: FilterEffects, file: string, pointer: string): Promise<Changed> {
  const work = await workFile(effects, file)
  const opened = await openWhatOpens(work)
  const document = await documentOf(work, opened)
  const steps = stepsIn(document, pointer)
  const found = lookUp(file, document.roots, steps)
  if (found.kind !== 'found') throw found.problem
  const text = inFile(file, () => removeItem(document.editor, document.text, found.place))
  const gone = spansAt(document, found.place)
  for (const { pointer: at } of gone) assertUnlocked(work, at)
  const storedAs = await storeText(work, document, text, opened)
  return { path: spelling(steps), storedAs, isProtected: sealsAny(work, gone), isNew: false }
}

const sealsAny = ({ protection }: WorkFile, spans: readonly ValueSpan[]): boolean =>
  spans.some(({ pointer }) => pointerScope(protection, pointer) !== null)

/** The values inside an item. */
function spansAt(document: Document, { parent, index }: Place): ValueSpan[] {
  const { start, end } = parent.items[index]!
  return spansIn(document, document.text).filter(span => span.start >= start && span.end <= end)
}

function storeText(work: WorkFile, document: Document, text: string, opened: Opened): Promise<StoredAs> {
  assertTokensStay(document, text)
  return store(work, utf8(text), opened)
}

/** The values of `text` that the document does not hold at the same pointer. */
function changedSpans(document: Document, text: string): ValueSpan[] {
  const key = (from: string, { pointer, start, end }: ValueSpan) => `${pointer}\n${from.slice(start, end)}`
  const before = new Set(spansIn(document, document.text).map(span => key(document.text, span)))
  return spansIn(document, text).filter(span => !before.has(key(text, span)))
}

/** A token that is still shut opens at its own pointer only: renaming the element around it would lose it. */
function assertTokensStay(document: Document, text: string): void {
  const tokens = (from: string) =>
    spansIn(document, from).flatMap(span => {
      const token = tokenAt(document, from, span)
      return token === null ? [] : [`${span.pointer}\n${token}`]
    })
  const before = new Set(tokens(document.text))
  if (tokens(text).every(token => before.has(token))) return
  throw new GitwardError(
    'REFUSED',
    `${document.placed.name}: values that are locked here would move to another place`,
    { hint: 'gitward unlock' },
  )
}
