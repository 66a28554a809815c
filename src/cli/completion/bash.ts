import type { DescribedCommand } from './described.ts'
import { quoted } from '../../core/shell-word.ts'
import type { CompletionScript } from './shell.ts'

/** bash 4 and later. git's own completion calls `_git_ward` for `git ward`. */
export const bashCompletion: CompletionScript =
  commands => `# bash completion of gitward: eval "$(gitward completion bash)"
_gitward_values() {
  case "$1 $2" in
${commands.flatMap(valueCases).join('\n')}
  *) return 1 ;;
  esac
}
_gitward_options() {
  case "$1" in
${commands.map(({ name, options }) => `  ${name}) echo ${quoted(options.map(each => `--${each.name}`).join(' '))} ;;`).join('\n')}
  esac
}
_gitward() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command='' values i=1
  [ "\${COMP_WORDS[0]##*/}" = git ] && i=2
  for (( ; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    -C) ((i++)) ;;
    -*) ;;
    *) command=\${COMP_WORDS[i]} && break ;;
    esac
  done
  if [ -z "$command" ]; then values=${quoted(commands.map(({ name }) => name).join(' '))}
  elif values=$(_gitward_values "$command" "$previous"); then :
  elif [[ $word == -* ]]; then values=$(_gitward_options "$command")
  else values=''
  fi
  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
}
_git_ward() { _gitward; }
complete -o default -F _gitward gitward
`

const valueCases = ({ name, options }: DescribedCommand): string[] =>
  options
    .filter(({ value, oneOf }) => value === 'needed' && oneOf.length > 0)
    .map(option => `  '${name} --${option.name}') echo ${quoted(option.oneOf.join(' '))} ;;`)
