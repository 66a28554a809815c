import type { DescribedCommand, DescribedOption } from './described.ts'
import type { CompletionScript } from './shell.ts'

/** fish 3. */
export const fishCompletion: CompletionScript =
  commands => `# fish completion of gitward: gitward completion fish | source
complete -c gitward -n __fish_use_subcommand -f
complete -c gitward -n __fish_use_subcommand -s C -r -d 'work in that folder'
${commands.flatMap(linesOf).join('\n')}
`

const linesOf = ({ name, summary, options }: DescribedCommand): string[] => [
  `complete -c gitward -n __fish_use_subcommand -a ${name} -d ${quotedForFish(summary)}`,
  ...options.map(each => optionLine(name, each)),
]

function optionLine(command: string, { name, short, help, value, oneOf }: DescribedOption): string {
  const values = oneOf.length > 0 ? ` -f -a ${quotedForFish(oneOf.join(' '))}` : ''
  return [
    `complete -c gitward -n '__fish_seen_subcommand_from ${command}'`,
    ...(short === null ? [] : [`-s ${short}`]),
    `-l ${name}`,
    ...(value === 'needed' ? [`-r${values}`] : []),
    `-d ${quotedForFish(help)}`,
  ].join(' ')
}

/** In fish's single quotes only a quote and a backslash need a backslash. */
const quotedForFish = (text: string): string => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`
