# Plaintext that gets in, help texts, size and speed: rows 9 to 18. Read by compare.sh.
# shellcheck shell=bash disable=SC2154

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
  for tool in $filters; do
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
