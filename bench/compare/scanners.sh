# Scanners: rows 24 to 32. Read by compare.sh.
# shellcheck shell=bash disable=SC2154

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
  for tool in $(present gitward gitleaks secretlint); do
    start=$(date +%s%N)
    case $tool in
      gitward) gitward scan . ;;
      gitleaks) gitleaks dir . --no-banner ;;
      secretlint) secretlint --secretlintrc "$work/rc.json" '**/*' ;;
    esac >/dev/null 2>&1
    say "$(du -sm . | cut -f1) MB, exits $?, $((($(date +%s%N) - start) / 1000000)) ms"
  done
}
