# What each tool stores, and what becomes of it: rows 1 to 8. Read by compare.sh.
# shellcheck shell=bash disable=SC2154

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
  for tool in $(present gitward sops dotenvx); do
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
