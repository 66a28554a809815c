import { concat, type Bytes } from '../../core/bytes.ts'
import { GitwardError } from '../../core/errors.ts'
import type { EpochKey } from '../../crypto/epoch-key.ts'
import { leafHash, LEAF_BYTES } from '../../envelope/file.ts'
import { leavesFor } from '../../model/blocks.ts'
import type { ByteSource } from '../../model/byte-source.ts'
import { repositorySealingOf, type Sealing } from '../../model/seal.ts'
import type { FileEffects } from './effects.ts'
import { assertHoldsSomething, pour, sealingKey, type EncryptOptions } from './encrypt.ts'
import { withInput, type InputFile } from './input.ts'
import { assertMayWrite, withOutput } from './output.ts'
import { newPortable } from './portable.ts'

export type ImportOptions = Pick<EncryptOptions, 'scope' | 'receivers' | 'force'> & {
  /** A file. */
  readonly output: string
}

/** What a file of another format holds, from its start each time it is asked; throws where it does not open. */
type Opened = () => ByteSource

/** Seals what a file of another format holds into an envelope; its plaintext never touches the disk. */
export async function importFile(
  effects: FileEffects,
  file: string,
  open: (input: InputFile) => Opened,
  options: ImportOptions,
): Promise<void> {
  const { scope, receivers, output, force } = options
  if (output === '-')
    throw new GitwardError('USAGE', 'what is imported goes to a file: say which', {
      hint: 'gitward import --help',
    })
  assertMayWrite(output, force)
  await withInput(file, async input => {
    const read = open(input)
    const sealing =
      scope === null
        ? await newPortable(receivers, effects)
        : await sealingFor(sealingKey(effects, file, scope), file, read())
    await withOutput(output, { force }, async out => {
      await pour(sealing, read(), out)
      input.assertUnchanged()
    })
  })
}

/** For a repository file all of the plaintext is read first. */
async function sealingFor(key: EpochKey, file: string, source: ByteSource): Promise<Sealing> {
  const leaves: Bytes[] = []
  let length = 0
  for (;;) {
    const leaf = await source.take(LEAF_BYTES)
    if (leaf.length === 0) break
    leaves.push(leafHash(leaf))
    length += leaf.length
  }
  assertHoldsSomething(file, length)
  const joined = leavesFor(length)
  new Uint8Array(joined).set(concat(...leaves))
  return repositorySealingOf(key, length, joined)
}
