/** `text` as one word of a POSIX shell, for commands that people are told to type; bare where it can be. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
