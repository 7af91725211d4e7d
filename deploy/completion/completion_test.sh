#!/bin/bash
# What the completion offers, asked as bash asks it: the words of the line as
# bash splits them, which is at "=" and ":", too.
set -eu
# shellcheck source=deploy/completion/uaccectl.bash
source deploy/completion/uaccectl.bash

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
touch notes.txt
# A daemon's keys, and what a hostile one may answer.
cat >uaccectl <<'END'
#!/bin/bash
echo "$*" >>calls
echo "NAME    ALGORITHM"
echo "backup  aes-256-gcm"
echo "blobs   hmac-sha256"
echo '$(touch${IFS}owned) x'
END
chmod +x uaccectl

failures=0
# offers EXPECTED WORD...: the last word is the one to complete.
offers() {
  local expected=$1 got
  shift
  COMP_WORDS=("$work/uaccectl" "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _uaccectl
  got="${COMPREPLY[*]}"
  if [ "$got" != "$expected" ]; then
    echo "uaccectl $*: expected \"$expected\", got \"$got\"" >&2
    failures=$((failures + 1))
  fi
}

offers 'compress copy' co
offers 'decompress decrypt digest devices' d
offers 'decompress decrypt digest devices' --server unix:/x d
offers 'decompress decrypt digest devices' --timeout = 5s d
offers 'create import list rotate destroy' keys ''
offers 'inject clear list' faults ''
offers '--per-mille= --parameter=' faults inject zip slow --p
offers 'balanced' compress --mode b
offers 'backup' keys rotate ba
offers '--server= --serial' compress --ser
offers '--block-size=' compress in --b
offers '--force --format=' compress --fo
offers '' decompress --force
offers '--hex' keys import name --hex
offers 'zlib zstd' compress -f z
offers 'zlib zstd' compress --format z
offers 'zlib zstd' compress --format = z
offers 'gzip zlib deflate zstd lz4' compress --format =
offers 'xaes-256-gcm' encrypt -k k -a x
offers 'hmac-sm3' keys create k --algorithm hmac-sm
offers 'sm3' digest -a sm
offers 'decompress decrypt digest' bench --operation d
offers 'backup blobs' encrypt -k b
offers 'backup' keys destroy ba
offers 'notes.txt' compress -f zstd no
offers 'notes.txt' compress --output no
offers 'notes.txt' digest other no
offers '' status no

# Keys are asked of the daemon that the line names.
: >calls
offers 'backup' --server = unix : /run/x decrypt --key ba
grep -qx -- '--timeout 1s --server unix:/run/x keys list' calls || {
  echo "wrong call: $(cat calls)" >&2
  failures=$((failures + 1))
}
if [ -e owned ]; then
  echo "a key's name was executed" >&2
  failures=$((failures + 1))
fi
# Without a daemon there are none, and no error.
rm uaccectl
offers '' encrypt -k b

complete -p uaccectl | grep -q _uaccectl
[ $failures -eq 0 ]
