# The same secret in the way of each tool: `new_repository`, then `seal` before each commit. Read by compare.sh.
# shellcheck shell=bash disable=SC2154

filters=$(present gitward git-crypt transcrypt)
all=$(present gitward git-crypt transcrypt sops dotenvx)

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
