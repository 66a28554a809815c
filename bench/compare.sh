#!/usr/bin/env bash
# Does with gitward and its rivals what docs/comparison.md says of them, and prints what happened.
# usage: npm run build && bash bench/compare.sh [ROW…]
# Rivals are taken from PATH; one that is missing is named with the line that installs it.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset GIT_CONFIG_GLOBAL
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 LC_ALL=C SOPS_AGE_KEY_FILE="$work/age.txt" DOTENVX_NO_OPS=1
mkdir -p "$HOME" "$work/bin"
printf '[user]\nname=a\nemail=a@example.invalid\n[init]\ndefaultBranch=main\n[advice]\ndetachedHead=false\n' >"$HOME/.gitconfig"
printf '#!/bin/sh\nexec node "%s/dist/cli.js" "$@"\n' "$root" >"$work/bin/gitward"
chmod +x "$work/bin/gitward"
PATH="$work/bin:$PATH"

say() { printf '%-14s %-11s %s\n' "$row" "$tool" "$*"; }
has() { command -v "$1" >/dev/null; }
need() { has "$1" || echo "missing: $1 ($2)"; }

need git-crypt 'apt-get install git-crypt'
need sops 'go install github.com/getsops/sops/v3/cmd/sops@v3.13.3'
need dotenvx 'npm install --global @dotenvx/dotenvx@2.38.2'
need transcrypt 'the script of that name in github.com/elasticdog/transcrypt, tag v2.3.1'
need age 'apt-get install age'
need gitleaks 'go install github.com/zricethezav/gitleaks/v8@v8.30.1'
need secretlint 'npm install --global secretlint@12.0.0 @secretlint/secretlint-rule-preset-recommend@12.0.0'
has age-keygen && age-keygen -o "$work/age.txt" 2>/dev/null && recipient=$(age-keygen -y "$work/age.txt")

# ---- the same secret in each tool's way: `protect` in a new repository, then `seal` before each commit

filters='gitward git-crypt transcrypt'
all="$filters sops dotenvx"

file_of() { if [ "$1" = dotenvx ]; then echo .env; else echo s.yaml; fi; }

content() { # tool, password, token
  if [ "$1" = dotenvx ]; then
    printf '# shop\r\nHOST=db.internal\r\nDB_PASSWORD="%s" # rotate\r\nLEVEL=info\r\nPORT=1\r\nMODE=a\r\nTOKEN=%s\r\n\r\n' "$2" "$3"
  else
    printf '# shop\r\ndb:\r\n    password:   "%s" # rotate\r\n    host: db.internal\r\n    port: 1\r\n    mode: a\r\nusers:\r\n- name: build\r\n  token: %s\r\n\r\n' "$2" "$3"
  fi
}

protect() { # in the work folder
  case $tool in
    gitward) gitward init -q && gitward protect -q s.yaml --keys '**.password' --keys '**.token' ;;
    git-crypt) git-crypt init >/dev/null && echo 's.yaml filter=git-crypt diff=git-crypt' >.gitattributes ;;
    transcrypt) transcrypt -y -c aes-256-cbc -p made-up >/dev/null 2>&1 && echo 's.yaml filter=crypt diff=crypt merge=crypt' >.gitattributes ;;
    sops) printf 'creation_rules:\n  - age: %s\n    encrypted_regex: ^(password|token)$\n' "$recipient" >.sops.yaml ;;
    dotenvx) printf '.env.keys\n' >.gitignore ;;
  esac
}

seal() {
  case $tool in
    sops) grep -q '^sops:' s.yaml || sops encrypt -i s.yaml ;;
    dotenvx) dotenvx encrypt >/dev/null 2>&1 ;;
  esac
}

opened() { # what a key holder reads
  case $tool in
    sops) sops decrypt s.yaml 2>&1 ;;
    dotenvx) dotenvx decrypt --stdout 2>&1 ;;
    *) cat s.yaml ;;
  esac
}

new_repository() {
  rm -rf "$work/r" && mkdir "$work/r" && cd "$work/r" && git init -q
  protect
  file=$(file_of "$tool")
  content "$tool" correct-horse abc >"$file"
  cp "$file" "$work/plain"
  seal
  git add -A && git commit -qm first
}

set_value() { # tool's way to change one value: NAME NEW
  case $tool in
    sops) case $1 in password) sops set s.yaml '["db"]["password"]' "\"$2\"" ;; token) sops set s.yaml '["users"][0]["token"]' "\"$2\"" ;; esac ;;
    dotenvx) case $1 in password) dotenvx set DB_PASSWORD "$2" ;; token) dotenvx set TOKEN "$2" ;; esac >/dev/null 2>&1 ;;
    *) case $1 in password) content "$tool" "$2" abc ;; token) content "$tool" correct-horse "$2" ;; esac >"$file" ;;
  esac
}

stage_flipped() { # one bit of the ciphertext changed
  git cat-file blob "HEAD:$file" >"$work/blob"
  node -e '
    const fs = require("fs"), file = process.argv[1], bytes = fs.readFileSync(file), text = bytes.toString("latin1")
    const at = ["gitward:v1:", "ENC[", "encrypted:"].map(mark => text.indexOf(mark)).find(i => i >= 0)
    if (at >= 0) bytes[at + 60] = bytes[at + 60] === 65 ? 66 : 65
    const openssl = text.startsWith("U2FsdGVk") ? Buffer.from(text, "base64") : null
    if (openssl) openssl[40] ^= 1
    else if (!(at >= 0)) bytes[40] ^= 1
    fs.writeFileSync(file, openssl ? openssl.toString("base64").replace(/.{64}/g, "$&\n") + "\n" : bytes)' "$work/blob"
  stage_blob "$work/blob"
  git commit -qm flipped --no-verify
}

stage_blob() { git update-index --cacheinfo "100644,$(git hash-object -w --no-filters "$1"),$file"; }

brief() { tr -d '\r' | grep -av '^ *$' | head -"${1:-2}" | cut -c1-100 | cat -v | tr '\n' '|'; }

# ---- rows

row_stored() { # which lines a reader without a key can read
  for tool in $all; do
    new_repository
    say "$(git cat-file blob "HEAD:$file" | tr -d '\r' | grep -c -e host -e HOST) line with the host is readable, secret in plain: $(git cat-file blob "HEAD:$file" | grep -c correct-horse)"
  done
}

row_exact() { # same bytes after commit and checkout, with CRLF and with LF
  for tool in $all; do
    for ends in crlf lf; do
      new_repository
      if [ $ends = lf ]; then
        content "$tool" other-word abc | tr -d '\r' >"$file" && cp "$file" "$work/plain"
        seal; git add -A && git commit -qm lf
      fi
      case $tool in sops | dotenvx) opened >"$work/back" ;; *) rm "$file" && git checkout -q -- "$file" && cp "$file" "$work/back" ;; esac
      if cmp -s "$work/back" "$work/plain"; then say "$ends: same bytes"; else say "$ends: $(diff "$work/plain" "$work/back" | grep -c '^[<>]') lines differ, such as $(diff "$work/plain" "$work/back" | grep '^[<>]' | sed -n '2p;$p' | cat -A | cut -c1-60 | tr '\n' '|')"; fi
    done
  done
}

row_diff() { # lines of the stored file that one changed value changes
  for tool in $all; do
    new_repository
    set_value password other-word; seal; git add -A
    say "$(git diff --cached --no-textconv --no-ext-diff --numstat -- "$file" | cut -f1,2 | tr '\t' ' ')"
  done
}

row_same() { # the same plaintext written again, and set in two clones
  for tool in $all; do
    new_repository
    first=$(git rev-parse "HEAD:$file")
    set_value password other-word; seal; git add -A; git commit -qm other
    set_value password correct-horse; seal; git add -A
    if [ "$(git rev-parse ":$file")" = "$first" ]; then say 'same blob when the old value comes back'; else say 'another blob when the old value comes back'; fi
  done
}

row_merge() { # two branches change a value each; a bare repository without keys merges
  for tool in $all; do
    new_repository
    git checkout -qb theirs; set_value token new-token; seal; git commit -qam token
    git checkout -q main; set_value password other-word; seal; git commit -qam password
    rm -rf "$work/bare.git" && git clone -q --bare . "$work/bare.git"
    if git -C "$work/bare.git" merge-tree --write-tree main theirs >"$work/tree" 2>&1; then
      merged=$(git -C "$work/bare.git" commit-tree "$(head -1 "$work/tree")" -p main -p theirs -m merged)
      git fetch -q "$work/bare.git" "$merged" && git reset -q --hard "$merged"
      say "merges; opens to $(opened | tr -d '\r' | grep -c -e other-word -e new-token) of 2 new values"
    else
      say "conflict ($(grep -c '^CONFLICT' "$work/tree"))"
    fi
  done
}

row_flip() { # one bit of the ciphertext changed
  for tool in $all; do
    new_repository
    stage_flipped
    rm -f "$file"
    git checkout -q -- "$file" 2>"$work/err"; say "checkout exits $?: $(brief <"$work/err")"
    case $tool in
      gitward) gitward cat s.yaml >"$work/out" 2>&1; say "cat exits $?: $(brief <"$work/out")" ;;
      sops) opened >"$work/out"; say "decrypt exits $?: $(brief <"$work/out")" ;;
      dotenvx) dotenvx run -- printenv DB_PASSWORD >"$work/out" 2>&1; say "run exits $?: $(brief 3 <"$work/out")" ;;
      transcrypt) say "work tree holds $(diff "$work/plain" "$file" | grep -a '^>' | brief)" ;;
    esac
  done
  cd "$work"; tool=age
  echo secret >s; age -r "$recipient" -o s.age s
  printf X | dd of=s.age bs=1 seek=$(($(stat -c %s s.age) - 3)) conv=notrunc 2>/dev/null
  age -d -i age.txt s.age >out 2>&1; say "exits $?: $(brief 1 <out)"
}

row_swap() { # the ciphertexts of two values exchanged
  for tool in gitward sops dotenvx; do
    new_repository
    git cat-file blob "HEAD:$file" >"$work/blob"
    node -e '
      const fs = require("fs"), [file, tool] = process.argv.slice(1), text = fs.readFileSync(file, "utf8")
      const all = text.match(/gitward:v1:[\w:-]+|ENC\[[^\]]*type:str\]|encrypted:[\w+\/=]+/g)
      const [a, b] = tool === "dotenvx" ? [all[1], all[5]] : all
      fs.writeFileSync(file, text.replace(a, "@a").replace(b, a).replace("@a", b))' "$work/blob" "$tool"
    stage_blob "$work/blob"
    git commit -qm swapped --no-verify; rm "$file"; git checkout -q -- "$file" 2>/dev/null
    case $tool in gitward) gitward cat s.yaml >"$work/out" 2>&1 ;; *) opened >"$work/out" ;; esac
    say "exits $?: $(grep -a -e PASSWORD= -e TOKEN= -e rror -e gitward: "$work/out" | brief)"
  done
}

check_of() { # what the tool offers a person or CI without a key
  case $tool in
    gitward) gitward check ;;
    git-crypt) git-crypt status s.yaml ;;
    transcrypt) transcrypt --list ;;
    sops) sops filestatus s.yaml ;;
    dotenvx) dotenvx protect --docker ;;
  esac >"$work/out" 2>&1
  say "its check exits $?: $(brief <"$work/out")"
}

row_plain() { # somebody else commits plaintext in a clone where nothing is configured
  mkdir -p "$work/home2" && cp "$HOME/.gitconfig" "$work/home2/"
  for tool in $all; do
    new_repository
    rm -rf "$work/c" && HOME="$work/home2" git clone -q . "$work/c" && cd "$work/c"
    content "$tool" leaked-word abc >"$file"; HOME="$work/home2" git commit -qam leak
    say "stored in plain: $(git cat-file blob "HEAD:$file" | grep -c leaked-word)"
    check_of
  done
}

row_index() { # configured; the index holds plaintext, the work tree does not differ from the last commit
  for tool in $all; do
    new_repository
    if [ "$tool" = dotenvx ]; then dotenvx protect >/dev/null 2>&1; fi
    content "$tool" leaked-word abc >"$work/leak"
    stage_blob "$work/leak"
    check_of
    git commit -qm leak >"$work/out" 2>&1; say "commit exits $?: $(brief 1 <"$work/out")"
  done
}

peak() { /usr/bin/python3 - "$@" <<'P'
import os, resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(f"exits {code}, at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")
P
}

row_large() { # 256 MiB, peak memory of the largest process
  head -c 268435456 /dev/urandom >"$work/big"
  for tool in gitward git-crypt transcrypt; do
    new_repository
    case $tool in gitward) gitward protect -q --whole big.bin 2>/dev/null ;; git-crypt) echo 'big.bin filter=git-crypt' >>.gitattributes ;; transcrypt) echo 'big.bin filter=crypt' >>.gitattributes ;; esac
    ln "$work/big" big.bin
    say "git add: $(peak git add big.bin)"
  done
  cd "$work"
  tool=gitward; say "encrypt -r: $(peak gitward encrypt big -r "$recipient" -o o --force)"
  tool=age; say "$(peak age -r "$recipient" -o o big)"
  tool=sops; say "$(peak sops encrypt --age "$recipient" --input-type binary --output o big)"
}

row_speed() { # git add of 200 files of 1 KB; seconds
  for tool in none $filters; do
    rm -rf "$work/r" && mkdir "$work/r" && cd "$work/r" && git init -q
    case $tool in
      none) : ;;
      gitward) gitward init -q --hooks none && gitward protect -q --whole 'f/**' ;;
      git-crypt) git-crypt init >/dev/null && echo 'f/** filter=git-crypt' >.gitattributes ;;
      transcrypt) transcrypt -y -c aes-256-cbc -p made-up >/dev/null 2>&1 && echo 'f/** filter=crypt' >.gitattributes ;;
    esac
    mkdir f; for i in $(seq 200); do head -c 1000 /dev/urandom >"f/$i"; done
    start=$(date +%s%N); git add f; say "$((($(date +%s%N) - start) / 1000000)) ms"
  done
}

row_commands() { # what help says of people, keys and environments
  tool=sops; say "$(sops rotate --help | grep -o -e '--rm-[a-z-]*' | sort -u | tr '\n' ' ')"
  tool=git-crypt; say "$(git-crypt help 2>&1 | grep -e gpg-user | brief), remove or rotate: $(git-crypt help 2>&1 | grep -c -i -e 'rm-' -e remove -e rotate -e rekey)"
  say "$(git-crypt help init 2>&1 | grep -e key-name)"
  tool=transcrypt; say "$(transcrypt --help | grep -e --rekey -e --context= | brief)"
  tool=dotenvx; say "rotate: $(dotenvx rotate 2>&1 | brief 1)"
  tool=gitward; say "$(gitward member --help | brief 1)"
}

# ---- scanners

token() { node -p '"ghp_" + require("crypto").randomBytes(27).toString("base64").replace(/[+\/]/g, "x")'; }

row_scan() { # one made-up GitHub token in several places
  rm -rf "$work/s" && mkdir "$work/s" && cd "$work/s" && git init -q
  t=$(token)
  echo "token = \"$t\"" >plain.txt
  printf 'token = "%s" and more' "$t" | base64 -w0 >base64.txt
  printf 'token = "%s" and more' "$t" | xxd -p | tr -d '\n' >hex.txt
  printf '{"cells":[{"cell_type":"code","source":[],"outputs":[{"output_type":"stream","name":"stdout","text":["%s\\n"]}],"metadata":{},"execution_count":1}],"metadata":{},"nbformat":4,"nbformat_minor":5}' "$t" >notebook.ipynb
  /usr/bin/python3 -c 'import zipfile; zipfile.ZipFile("packed.zip", "w", zipfile.ZIP_DEFLATED).write("plain.txt")'
  echo '{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}' >.secretlintrc.json
  found() { grep -o -e 'plain\.txt' -e 'base64\.txt' -e 'hex\.txt' -e 'notebook\.ipynb' -e 'packed\.zip' "$work/out" | sort -u | tr '\n' ' '; }
  shows() { if grep -q "$t" "$work/out"; then echo 'report shows the secret'; else echo 'report hides the secret'; fi; }
  tool=gitward; gitward scan . >"$work/out" 2>&1; say "exits $?: $(found); $(shows)"
  tool=gitleaks; gitleaks dir . -v --no-banner >"$work/out" 2>&1; say "exits $?: $(found); $(shows)"
  gitleaks dir . -v --no-banner --max-archive-depth 2 >"$work/out" 2>&1; say "with archives: $(found)"
  tool=secretlint; secretlint '**/*' >"$work/out" 2>&1; say "exits $?: $(found); $(shows)"
  git add . && git commit -qm x && git rm -q plain.txt && git commit -qm y
  tool=gitleaks; gitleaks git . --no-banner >"$work/out" 2>&1; say "history exits $?"
  tool=gitward; gitward init -q && gitward check --range "$(git rev-list --max-parents=0 HEAD)" >"$work/out" 2>&1; say "history exits $?: $(brief 1 <"$work/out")"
}

row_scanspeed() { # the same source tree, outside any repository; wall clock
  mkdir -p "$work/tree" && cp -r "$root/node_modules/valibot" "$root/node_modules/fast-check" "$work/tree" && cd "$work/tree" || exit
  echo '{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}' >"$work/rc.json"
  for tool in gitward gitleaks secretlint; do
    start=$(date +%s%N)
    case $tool in
      gitward) gitward scan . ;;
      gitleaks) gitleaks dir . --no-banner ;;
      secretlint) secretlint --secretlintrc "$work/rc.json" '**/*' ;;
    esac >/dev/null 2>&1
    say "$(du -sm . | cut -f1) MB, exits $?, $((($(date +%s%N) - start) / 1000000)) ms"
  done
}

rows=${*:-stored exact diff same merge flip swap plain index commands large speed scan scanspeed}
chatter='deprecated key derivation|Using -iter|Generating key'
for row in $rows; do
  "row_$row" 2> >(grep -Ev "$chatter" >&2)
  cd "$work" || exit
done
