/** Pairs of letters that English and code are made of; two random letters are one of them 1 time in 6. */
const COMMON = new Set(
  (
    'th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ' +
    'ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so ' +
    'rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl'
  ).split(' '),
)
const LETTER_PAIRS = /[A-Za-z](?=[A-Za-z])/g
/** Fewer pairs say nothing. */
const MIN_PAIRS = 6
const READABLE_SHARE = 0.5

/** True if the letters of `text` stand as in words: names, paths and code, in any case and any order. */
export function isReadable(text: string): boolean {
  let pairs = 0
  let common = 0
  for (const { index } of text.matchAll(LETTER_PAIRS)) {
    pairs++
    if (COMMON.has(text.slice(index, index + 2).toLowerCase())) common++
  }
  return pairs >= MIN_PAIRS && common / pairs >= READABLE_SHARE
}
