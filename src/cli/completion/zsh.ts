import type { DescribedCommand, DescribedOption } from './described.ts'
import { quoted } from '../../core/shell-word.ts'
import type { CompletionScript } from './shell.ts'

/** zsh 5, as a file `_gitward` in a folder of $fpath, or by eval behind compinit. */
export const zshCompletion: CompletionScript = commands => `#compdef gitward git-ward
# zsh completion of gitward: eval "$(gitward completion zsh)"
_gitward() {
  local state line
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C '-C[work in that folder]:folder:_directories' '1:command:->command' '*::argument:->argument'
  case $state in
  command) _describe command commands ;;
  argument)
    case $words[1] in
${commands.map(commandCase).join('\n')}
    esac
    ;;
  esac
}
compdef _gitward gitward git-ward
`

const commandCase = ({ name, options }: DescribedCommand): string =>
  [
    `    ${name})`,
    '      _arguments -S \\',
    ...options.map(each => `        ${quoted(specOf(each))} \\`),
    "        '*:file:_files' ;;",
  ].join('\n')

/** `--name=[help]:message:values`; without `=` it takes none. */
function specOf({ name, help, value, oneOf }: DescribedOption): string {
  const text = help.replaceAll(/[[\]:\\]/g, String.raw`\$&`)
  if (value === 'none') return `--${name}[${text}]`
  const action = oneOf.length > 0 ? `(${oneOf.join(' ')})` : '_files'
  return value === 'optional'
    ? `--${name}=-[${text}]::value:${action}`
    : `--${name}=[${text}]:value:${action}`
}
