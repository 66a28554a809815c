const BYTE_ORDER_MARK = '\uFEFF'

/** Offset of the first character behind a byte order mark. */
export const textStart = (text: string): number => (text.startsWith(BYTE_ORDER_MARK) ? 1 : 0)

/** Offset behind what the sticky `pattern` matches at `offset`; `offset` itself if it does not match there. */
export function matchEnd(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex : offset
}
