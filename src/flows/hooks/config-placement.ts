import { decodeUtf8 } from '../../core/bytes.ts'
import { readIfPresent } from '../disk.ts'
import { shownFile, type HookPlace, type Placement } from './place.ts'

interface Config {
  /** Absolute. */
  readonly file: string
  /** Of templates/hooks/: what a person adds where `edit` may not. */
  readonly template: string
  /** What is added, in words. */
  readonly additions: string
  /** The config with ours in it; null if that would change what stands there. */
  edit(text: string, template: string): string | null
}

/** The config of a hook manager, edited only where nothing else in it changes. */
export function configPlacement(place: HookPlace, config: Config): Placement {
  const { file, additions } = config
  const present = readIfPresent(file)
  const template = place.template(config.template)
  const text = present === null ? '' : decodeUtf8(present)
  const wanted = text === null ? null : config.edit(text, template)
  if (wanted !== null) return { file, wanted: Buffer.from(wanted), present }
  const what = `${shownFile(place, file)}: gitward cannot add ${additions} without changing what stands there`
  return { file, wanted: null, present, problem: { what, mend: `add to it what stands here:\n${template}` } }
}
