# Completion of uaccectl(1) for bash: commands, options, their values, and names
# of keys when the daemon answers.
#
# Install as /usr/share/bash-completion/completions/uaccectl, or source it.
# shellcheck shell=bash

_uaccectl_formats='gzip zlib deflate zstd lz4'
_uaccectl_hashes='sha1 sha224 sha256 sha384 sha512 sm3'
_uaccectl_hmacs='hmac-sha1 hmac-sha224 hmac-sha256 hmac-sha384 hmac-sha512
  hmac-sm3'
_uaccectl_ciphers='aes-128-gcm aes-256-gcm xaes-256-gcm aes-128-ccm aes-256-ccm
  chacha20-poly1305 aes-128-xts aes-256-xts aes-128-ctr aes-256-ctr aes-128-cbc
  aes-256-cbc sm4-xts sm4-ctr sm4-cbc'
_uaccectl_modes='hardware-only prefer-hardware balanced software-only'
_uaccectl_operations='compress decompress encrypt decrypt digest copy'

# _uaccectl_options COMMAND: its long options; = behind those with a value.
_uaccectl_options() {
  local transfer='--mode= --crc32c --no-progress'
  echo '--help --version --server= --timeout= --json --verbose'
  case $1 in
    compress)
      echo "--output= --force --format= --level= --block-size= --serial --verify"
      echo "$transfer"
      ;;
    decompress) echo "--output= --format= --max-output= $transfer" ;;
    encrypt)
      echo "--output= --force --key= --algorithm= --allow-unauthenticated"
      echo "--chunk-size= $transfer"
      ;;
    decrypt)
      echo "--output= --key= --algorithm= --allow-unauthenticated $transfer"
      ;;
    digest) echo "--key= --algorithm= $transfer" ;;
    copy) echo "--output= $transfer" ;;
    'keys create') echo '--algorithm= --caller-nonce' ;;
    'keys import') echo '--algorithm= --caller-nonce --from= --hex' ;;
    'keys rotate') echo '--from= --hex' ;;
    bench)
      echo '--operation= --size= --in-flight= --duration= --connections= --unary'
      echo '--verify --format= --level= --key= --algorithm= --mode= --crc32c'
      ;;
    'faults inject') echo '--operation= --skip= --count= --per-mille= --parameter=' ;;
  esac
}

# _uaccectl_keys: names of the daemon's keys; nothing when it does not answer.
# Only what can be one: compgen would expand a "$(...)".
_uaccectl_keys() {
  local words=("${COMP_WORDS[0]}" --timeout 1s) i
  # The daemon that the line is about. Bash splits at "=" and ":".
  for ((i = 1; i + 1 < COMP_CWORD; i++)); do
    if [ "${COMP_WORDS[i]}" = --server ]; then
      local address='' j=$((i + 1))
      [ "${COMP_WORDS[j]}" = '=' ] && j=$((j + 1))
      address=${COMP_WORDS[j]}
      if [ "${COMP_WORDS[j + 1]}" = ':' ]; then
        address+=:${COMP_WORDS[j + 2]}
      fi
      words+=(--server "$address")
    fi
  done
  "${words[@]}" keys list 2>/dev/null |
    awk 'NR > 1 && $1 ~ /^[A-Za-z0-9._-]+$/ { print $1 }'
}

# _uaccectl_values COMMAND OPTION: what may stand behind OPTION. Status 1: a
# file name.
_uaccectl_values() {
  case $2 in
    --format | -f) echo "$_uaccectl_formats" ;;
    --key | -k) _uaccectl_keys ;;
    --operation) echo "$_uaccectl_operations" ;;
    --mode) echo "$_uaccectl_modes" ;;
    --skip | --count | --per-mille | --parameter) echo 1 10 100 ;;
    --level | -l) echo 0 1 2 3 4 5 6 7 8 9 10 11 12 ;;
    --algorithm | -a)
      case $1 in
        digest) echo "$_uaccectl_hashes" ;;
        bench) echo "$_uaccectl_ciphers $_uaccectl_hashes" ;;
        keys*) echo "$_uaccectl_ciphers $_uaccectl_hmacs" ;;
        *) echo "$_uaccectl_ciphers" ;;
      esac
      ;;
    --block-size) echo 64K 256K 1M 4M 16M ;;
    --chunk-size) echo 4K 64K 256K 1M 4M ;;
    --max-output) echo 64M 1G ;;
    --size) echo 64 4K 64K 1M ;;
    --timeout | --duration) echo 5s 30s 60s 5m ;;
    --in-flight) echo 1 16 64 1024 ;;
    --connections) echo 1 2 4 8 ;;
    *) return 1 ;;
  esac
}

_uaccectl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' option='' values i
  COMPREPLY=()
  # The command: the first word that is neither an option nor its value.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      # What bash split off of the value before it.
      = | :) i=$((i + 1)) ;;
      --server | --timeout | --output | --format | --level | --key | \
        --algorithm | --from | --max-output | --block-size | --chunk-size | \
        --operation | --size | --in-flight | --duration | --connections | \
        --mode | --skip | --count | --per-mille | --parameter | \
        -[ofkla])
        [ "${COMP_WORDS[i + 1]}" = '=' ] || i=$((i + 1))
        ;;
      -*) ;;
      *)
        command+=${command:+ }${COMP_WORDS[i]}
        [ "$command" = keys ] || [ "$command" = faults ] || break
        ;;
    esac
  done

  # "--option=" comes as two words, and "--option=value" as three.
  if [ "$word" = '=' ]; then
    option=$before
    word=
  elif [ "$before" = '=' ]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  else
    case $before in -*) option=$before ;; esac
  fi
  case $option in
    '') ;;
    --server | --output | -o | --from)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    *)
      if values=$(_uaccectl_values "$command" "$option"); then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
        return
      fi
      ;;
  esac

  case $word in
    -*)
      mapfile -t COMPREPLY < <(
        compgen -W "$(_uaccectl_options "$command")" -- "$word"
      )
      # The value follows without a space. Fails outside of a completion.
      if [ ${#COMPREPLY[@]} -eq 1 ] && [ "${COMPREPLY[0]%=}" != "${COMPREPLY[0]}" ]
      then
        compopt -o nospace 2>/dev/null || true
      fi
      return
      ;;
  esac
  case $command in
    '') values="$_uaccectl_operations keys faults devices status bench" ;;
    keys) values='create import list rotate destroy' ;;
    'keys rotate' | 'keys destroy') values=$(_uaccectl_keys) ;;
    faults) values='inject clear list' ;;
    keys* | faults* | devices | status | bench) return ;;
    *)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
}

complete -o filenames -F _uaccectl uaccectl
