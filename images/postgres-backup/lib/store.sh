# shellcheck shell=bash
# Objects in destinations. rclone speaks S3; nothing here does.

# setting DESTINATION NAME [DEFAULT]
setting() {
  local variable=BACKUP_DEST_$1_$2
  printf '%s' "${!variable:-${3-}}"
}

# The folder of a database: its name with every other byte as =XX. It is injective, so no database is the prefix of another.
stanza() {
  local LC_ALL=C name=$1 out='' char code i
  for ((i = 0; i < ${#name}; i++)); do
    char=${name:i:1}
    if [[ $char != [A-Za-z0-9_~-] ]]; then
      printf -v code %d "'$char"
      printf -v char '=%02X' $((code & 255))
    fi
    out+=$char
  done
  printf '%s' "$out"
}

# base DESTINATION: rclone's path of its root
base() {
  local prefix root
  prefix=$(setting "$1" PREFIX)
  if [[ $(setting "$1" KIND s3) = volume ]]; then root=$(setting "$1" PATH); else root=d:$(setting "$1" BUCKET); fi
  printf '%s' "$root${prefix:+/$prefix}"
}

# store DESTINATION rclone-argument...: the secrets are in the environment of this one rclone only.
store() {
  local d=$1 endpoint kms
  shift
  endpoint=$(setting "$d" ENDPOINT) kms=$(setting "$d" SSE_KMS_KEY_ID)
  local -x RCLONE_CONFIG='' RCLONE_CA_CERT=''
  RCLONE_CA_CERT=$(setting "$d" CA_FILE)
  [[ -n $RCLONE_CA_CERT ]] || unset RCLONE_CA_CERT
  if [[ $(setting "$d" KIND s3) = s3 ]]; then
    local -x RCLONE_CONFIG_D_TYPE=s3 RCLONE_CONFIG_D_ENV_AUTH=false RCLONE_CONFIG_D_NO_CHECK_BUCKET=true RCLONE_CONFIG_D_ENDPOINT=$endpoint \
      RCLONE_CONFIG_D_PROVIDER RCLONE_CONFIG_D_REGION RCLONE_CONFIG_D_ACCESS_KEY_ID RCLONE_CONFIG_D_SECRET_ACCESS_KEY \
      RCLONE_CONFIG_D_FORCE_PATH_STYLE RCLONE_CONFIG_D_STORAGE_CLASS RCLONE_CONFIG_D_SERVER_SIDE_ENCRYPTION=${kms:+aws:kms} \
      RCLONE_CONFIG_D_SSE_KMS_KEY_ID=$kms RCLONE_CONFIG_D_UPLOAD_CUTOFF=200M RCLONE_CONFIG_D_CHUNK_SIZE=${CHUNK:-32M}
    RCLONE_CONFIG_D_PROVIDER=$(setting "$d" PROVIDER "$(if [[ -n $endpoint ]]; then echo Other; else echo AWS; fi)")
    RCLONE_CONFIG_D_REGION=$(setting "$d" REGION us-east-1)
    RCLONE_CONFIG_D_FORCE_PATH_STYLE=$(setting "$d" FORCE_PATH_STYLE "$(if [[ -n $endpoint ]]; then echo true; else echo false; fi)")
    RCLONE_CONFIG_D_STORAGE_CLASS=$(setting "$d" STORAGE_CLASS)
    RCLONE_CONFIG_D_ACCESS_KEY_ID=$(<"$(setting "$d" ACCESS_KEY_FILE)")
    RCLONE_CONFIG_D_SECRET_ACCESS_KEY=$(<"$(setting "$d" SECRET_KEY_FILE)")
  fi
  rclone --quiet --retries "${TRIES:-${BACKUP_RETRIES:-3}}" --low-level-retries 3 --contimeout 10s --timeout "${BACKUP_TIMEOUT:-60}s" "$@"
}

# A multipart upload has at most 10,000 parts: the parts of a large file are larger. (bytes → rclone size)
chunk_for() {
  local mib=$(($1 / 9000 / 1048576 + 1))
  printf '%dM' $((mib > 32 ? mib : 32))
}

sha256() {
  local sum
  sum=$(sha256sum) || return
  printf '%s\n' "${sum:0:64}"
}

# put DESTINATION FILE KEY [SHA256]: uploads, reads back, compares.
put() {
  local at want got CHUNK
  at=$(base "$1")/$3
  want=${4:-$(sha256 <"$2")}
  CHUNK=$(chunk_for "$(stat -c %s "$2")")
  store "$1" copyto --ignore-times "$2" "$at" || die 74 "destination $1 did not take $3"
  if [[ $(setting "$1" KIND s3) = volume ]]; then sync -f "$at" || die 74 "destination $1 did not keep $3"; fi
  got=$(store "$1" cat "$at" | sha256) || die 74 "destination $1 did not give back $3"
  [[ $got = "$want" ]] || die 74 "destination $1 gave back other bytes of $3 than it was given"
}

# get DESTINATION KEY FILE: the caller compares the hash, so that damage is told from a destination that does not answer
get() { store "$1" copyto --ignore-checksum --ignore-times "$(base "$1")/$2" "$3"; }

# Puts a small file that is no part of a backup, in a destination that should answer at once.
put_quickly() {
  local TRIES=1 BACKUP_TIMEOUT=15
  store "$1" copyto --ignore-times "$2" "$(base "$1")/$3" || die 74 "destination $1 did not take $3"
}

# What went wrong, next to the intent; only for those who look.
record_failure() {
  local file d
  file=$(mktemp "$TMP/pg-backup.XXXXXX")
  printf '%s\n' "$1" >"$file"
  for d in $ATTEMPT; do (put_quickly "$d" "$file" "$(stanza "$DATABASE")/$RUN_ID/failed.json") 2>/dev/null || true; done
  rm -f "$file"
}
