const COLUMNS = 100
const [FONT, LINE, CHARACTER, MARGIN] = [14, 20, 8.43, 16] // pixels

const STYLE = `
    text { font: ${FONT}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; fill: #57606a }
    rect { fill: #f6f8fa; stroke: #d0d7de }
    .prompt { fill: #8250df }
    .typed { fill: #1f2328; font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      text { fill: #9aa4af }
      rect { fill: #161b22; stroke: #30363d }
      .prompt { fill: #d2a8ff }
      .typed { fill: #f0f6fc }
    }`

const escaped = text =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const cut = (text, columns) => (text.length > columns ? `${text.slice(0, columns - 1)}…` : text)
const span = (name, text) => `<tspan class="${name}">${escaped(text)}</tspan>`

/**
 * An SVG of a terminal: text, no script, nothing from outside, for light and dark.
 * Lines are `{ text, prompt? }`; one with a prompt was typed. What is longer than the terminal is wide is cut, with a …
 */
export function drawing(lines, { title, description }) {
  const width = Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN
  const height = lines.length * LINE + 2 * MARGIN
  const rows = lines.map(({ prompt, text }, i) => {
    const content = prompt
      ? `${span('prompt', prompt)} ${span('typed', cut(text, COLUMNS - prompt.length - 1))}`
      : escaped(cut(text, COLUMNS))
    return `  <text xml:space="preserve" x="${MARGIN}" y="${MARGIN + (i + 1) * LINE - 5}">${content}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escaped(title)}</title>
  <desc id="desc">${escaped(description)}</desc>
  <style>${STYLE}
  </style>
  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${rows.join('\n')}
</svg>
`
}
