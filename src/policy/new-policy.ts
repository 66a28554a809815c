import { parsePolicy } from './parse.ts'
import { POLICY_SCHEMA_URL, type HookManager } from './schema.ts'

/**
 * The text of a policy that protects nothing yet.
 * @throws {GitwardError} CONFIG unless `repo` is standard base64 of 16 bytes.
 */
export function newPolicy({ repo, hooks }: { readonly repo: string; readonly hooks: HookManager }): string {
  const text = `# yaml-language-server: $schema=${POLICY_SCHEMA_URL}
# What gitward encrypts here. Edit it, or let "gitward protect" and "gitward unprotect" do it.
version: 1
repo: ${repo} # public id of this repository: never change it
hooks: ${hooks} # who runs git hooks in a clone

# Paths are gitattributes patterns: no slash = any depth, * never crosses /. The last rule that matches wins:
#   - paths: ['config/**/*.yaml', '.env*']
#     keys: ['**.*password', '**.*_token'] # these values only; without keys all of them
#     except: ['**.host']
#     scope: prod
#   - paths: ['models/**']
#     whole: true # the whole file, not its values
protect: []
`
  parsePolicy(text)
  return text
}
