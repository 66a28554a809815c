/** Shannon entropy of the characters of `text`, in bits a character. 0 for the empty text. */
export function shannon(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let bits = 0
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total)
  return bits
}
