/** Every line of ours calls the script `gitward/hook` and ends in the mark; a mark alone may be its owner's. */
const MARK = /gitward\/hook.* # gitward[ \t\r]*$/
const SHELL =
  /^#![ \t]*(?:\S*\/)?(?:env[ \t]+(?:-S[ \t]+)?(?:\S*\/)?)?(?:sh|bash|dash|ash|ksh|mksh|zsh)(?:[ \t\r]|$)/

const isMarked = (line: string): boolean => MARK.test(line)

/** True if `sh` or a sister runs the text: git takes a hook without a `#!` line for a shell script, too. */
export const isShellScript = (text: string): boolean =>
  !text.includes('\0') && (!text.startsWith('#!') || SHELL.test(text.slice(0, text.search(/\n|$/))))

/**
 * The hook with our line in it, right behind its `#!` line: whatever comes later may exit. Every other byte stays.
 * An older line of ours goes.
 */
export function withMarkedLine(text: string, line: string): string {
  if (text.split('\n').filter(isMarked).join() === line) return text
  const rest = withoutMarkedLine(text)
  const at = rest.startsWith('#!') ? rest.search(/\n|$/) + 1 : 0
  const gap = at > rest.length ? '\n' : ''
  return `${rest.slice(0, at)}${gap}${line}\n${rest.slice(at)}`
}

/** The hook as it was before. */
export const withoutMarkedLine = (text: string): string =>
  text
    .split('\n')
    .filter(each => !isMarked(each))
    .join('\n')
