import { bashCompletion } from './bash.ts'
import { fishCompletion } from './fish.ts'
import type { CompletionScript } from './shell.ts'
import { zshCompletion } from './zsh.ts'

export const shells: Readonly<Record<string, CompletionScript>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}
