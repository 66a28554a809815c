import { decodeUtf8, utf8 } from '../core/bytes.ts'
import { pathBytes, type GitPath } from '../core/path.ts'
import { pointerSteps, type PointerStep } from './pointers.ts'

/**
 * The pattern that matches `path`, from the root. Bytes that a pattern cannot spell (control characters; all that is
 * not ASCII in a path that is not UTF-8) become `?`, so that it may match a sister of the path, too.
 */
export function patternOf(path: GitPath): string {
  const text = decodeUtf8(pathBytes(path))
  const escaped = (text ?? path).replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`)
  const pattern =
    text === null
      ? escaped.replaceAll(/[^ -~]/g, '?')
      : escaped.replaceAll(/\p{Control}/gu, control => '?'.repeat(utf8(control).length))
  return pattern.includes('/') ? pattern.replace(/^[!#]/, String.raw`\$&`) : `/${pattern}`
}

/** The glob that selects the value at `pointer`: an element of a list stands for all its sisters. */
export function globOf(pointer: string): string {
  const segments = pointerSteps(pointer).map(segmentOf)
  return segments.length === 0 ? '**' : segments.join('.')
}

const segmentOf = (step: PointerStep): string =>
  step.kind === 'element' || step.key === '' ? '*' : step.key.replaceAll(/[.*\\]/g, String.raw`\$&`)
