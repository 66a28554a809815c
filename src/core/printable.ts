/** C0, C1 and the characters that turn the direction of writing. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** `text` with control characters escaped, so that no name out of a repository can write to a terminal. */
export const printable = (text: string): string =>
  text.replace(CONTROLS, unit => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)

export const isPrintable = (text: string): boolean => printable(text) === text
