#!/usr/bin/env bash
# Does with gitward and its rivals what docs/comparison.md says of them, and prints what happened.
# usage: npm run build && bash bench/compare.sh [ROW…]
# Rivals are taken from PATH; one that is missing is named with the line that installs it.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset GIT_CONFIG_GLOBAL
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C SOPS_AGE_KEY_FILE="$work/age.txt"
mkdir -p "$HOME" "$work/bin"
printf '[user]\nname=a\nemail=a@example.invalid\n[init]\ndefaultBranch=main\n[advice]\ndetachedHead=false\n' >"$HOME/.gitconfig"
printf '#!/bin/sh\nexec node "%s/dist/cli.cjs" "$@"\n' "$root" >"$work/bin/gitward"
chmod +x "$work/bin/gitward"
PATH="$work/bin:$PATH"

say() { if [ "$tool" = none ] || has "$tool"; then printf '%-14s %-11s %s\n' "$row" "$tool" "$*"; fi; }
present() { for each in "$@"; do if has "$each"; then echo "$each"; fi; done; }
has() { command -v "$1" >/dev/null; }
need() { has "$1" || echo "missing: $1 ($2)"; }

need git-crypt 'apt-get install git-crypt'
need sops 'go install github.com/getsops/sops/v3/cmd/sops@v3.13.3'
need dotenvx 'npm install --global @dotenvx/dotenvx@2.38.2'
need transcrypt 'the script of that name in github.com/elasticdog/transcrypt, tag v2.3.1'
need age 'apt-get install age'
need gitleaks 'go install github.com/zricethezav/gitleaks/v8@v8.30.1'
need secretlint 'npm install --global secretlint@12.0.0 @secretlint/secretlint-rule-preset-recommend@12.0.0'
recipient=''
has age-keygen && age-keygen -o "$work/age.txt" 2>/dev/null && recipient=$(age-keygen -y "$work/age.txt")

for part in tools ciphertext proof scanners; do
  # shellcheck source=/dev/null
  . "$root/bench/compare/$part.sh"
done

rows=${*:-stored exact diff same merge flip swap plain index commands large speed scan scanspeed}
chatter='deprecated key derivation|Using -iter|Generating key'
for row in $rows; do
  "row_$row" 2> >(grep -Ev "$chatter" >&2)
  cd "$work" || exit
done
