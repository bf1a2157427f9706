# shellcheck shell=bash
# The environment: defaults, and refusals of what cannot work.

configure() {
  STAGING=${BACKUP_STAGING:-/staging} TMP=${BACKUP_TMP:-/tmp} MAINTENANCE=${BACKUP_MAINTENANCE_DATABASE:-postgres}
  FORMATS=${BACKUP_FORMATS:-custom} ENCRYPTION=${BACKUP_ENCRYPTION:-age} GLOBALS=${BACKUP_GLOBALS:-with-passwords}
  FINGERPRINT=${BACKUP_FINGERPRINT:-full}
  read -r -a DESTINATIONS <<<"${BACKUP_DESTINATIONS:-}"
  read -r -a RECIPIENTS <<<"${BACKUP_AGE_RECIPIENTS:-}"
  # AWS_CA_BUNDLE breaks Debian's rclone, and credentials must come from the files of a destination only
  unset AWS_CA_BUNDLE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE PGDATABASE PGPASSWORD
  export PGAPPNAME=pg-backup PGCONNECT_TIMEOUT=${PGCONNECT_TIMEOUT:-15} PGCLIENTENCODING=UTF8
  # one text form for each value, whatever the server, the role or the database is set to
  export PGOPTIONS='-c timezone=UTC -c datestyle=ISO,MDY -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex
    -c lc_monetary=C -c xmloption=content -c lock_timeout=0 -c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c row_security=off'
  PGOPTIONS=${PGOPTIONS//$'\n'/ }
  [[ ! $VERB =~ ^(schedule|serve|idle)$ ]] || return 0
  check_configuration
  password
}

check_configuration() {
  local name value
  ((${#DESTINATIONS[@]})) || die 64 'BACKUP_DESTINATIONS is empty'
  for name in "${DESTINATIONS[@]}"; do check_destination "$name"; done
  [[ $FORMATS =~ ^custom(\ plain)?$ ]] || die 64 "BACKUP_FORMATS=$FORMATS; say custom, or custom plain"
  [[ $ENCRYPTION =~ ^(age|sse-kms|none)$ ]] || die 64 "BACKUP_ENCRYPTION=$ENCRYPTION; say age, sse-kms or none"
  [[ $GLOBALS =~ ^(with-passwords|without-passwords|none)$ ]] || die 64 "BACKUP_GLOBALS=$GLOBALS"
  [[ $FINGERPRINT =~ ^(full|counts|none)$ ]] || die 64 "BACKUP_FINGERPRINT=$FINGERPRINT"
  for name in KEEP_DAILY KEEP_WEEKLY KEEP_MONTHLY KEEP_YEARLY MIN_VERIFIED SAFETY_DAYS MAX_DELETES GC_DAYS GZIP ZSTD LOCK_WAIT SNAPSHOT_MAX JOBS \
    RETRIES TIMEOUT GUARD_AGE JITTER DEADLINE WEBHOOK_TIMEOUT; do
    value=BACKUP_$name
    [[ ${!value:-0} =~ ^(0|[1-9][0-9]{0,8})$ ]] || die 64 "$value=${!value}; say a whole number"
  done
  [[ ${BACKUP_GUARD_PROVEN:-} =~ ^(true)?$ ]] || die 64 "BACKUP_GUARD_PROVEN=$BACKUP_GUARD_PROVEN; say true, or leave it out"
  ((${BACKUP_MIN_VERIFIED:-7} >= 1)) || die 64 'BACKUP_MIN_VERIFIED must be at least 1'
  [[ -z $FROM || " ${DESTINATIONS[*]} " = *" $FROM "* ]] || die 64 "--from $FROM: not one of BACKUP_DESTINATIONS"
}

check_destination() {
  local endpoint kind
  [[ $1 =~ ^[A-Z][A-Z0-9]*$ ]] || die 64 "destination $1: write its name in capitals and digits"
  kind=$(setting "$1" KIND s3)
  case $kind in
    volume) [[ $(setting "$1" PATH) = /* ]] || die 64 "BACKUP_DEST_$1_PATH must be an absolute path" ;;
    s3)
      [[ -n $(setting "$1" BUCKET) ]] || die 64 "BACKUP_DEST_$1_BUCKET is empty"
      [[ -r $(setting "$1" ACCESS_KEY_FILE) && -r $(setting "$1" SECRET_KEY_FILE) ]] || die 64 "BACKUP_DEST_$1_ACCESS_KEY_FILE or _SECRET_KEY_FILE cannot be read"
      endpoint=$(setting "$1" ENDPOINT)
      [[ -z $endpoint || $endpoint = https://* || ${BACKUP_ALLOW_HTTP:-} = true ]] || die 64 "BACKUP_DEST_$1_ENDPOINT must be https://"
      [[ $ENCRYPTION != sse-kms || -n $(setting "$1" SSE_KMS_KEY_ID) ]] || die 64 "BACKUP_DEST_$1_SSE_KMS_KEY_ID is empty"
      ;;
    *) die 64 "BACKUP_DEST_$1_KIND=$kind; say s3 or volume" ;;
  esac
}

# A password file becomes a pgpass file, in memory, that only this user can read.
password() {
  [[ -n ${PGPASSWORD_FILE:-} ]] || return 0
  local value
  [[ -r $PGPASSWORD_FILE ]] || die 64 'PGPASSWORD_FILE cannot be read'
  value=$(<"$PGPASSWORD_FILE")
  value=${value//\\/\\\\}
  PASSFILE=$(mktemp "$TMP/pg-backup.XXXXXX")
  printf '*:*:*:*:%s\n' "${value//:/\\:}" >"$PASSFILE"
  export PGPASSFILE=$PASSFILE
}

# The databases that are meant: --database, or those configured.
databases() {
  if [[ -n $DATABASE ]]; then
    printf '%s\0' "$DATABASE"
  elif [[ ${BACKUP_DATABASES:-all} = all ]]; then
    query "$MAINTENANCE" "SELECT datname FROM pg_database d WHERE datallowconn AND NOT datistemplate
      AND coalesce(shobj_description(oid, 'pg_database'), '') NOT LIKE 'pg-backup: %' ORDER BY 1" -0 || die 69 'the database server does not answer'
  elif [[ $BACKUP_DATABASES = \[* ]]; then
    jq -j '.[] | tostring + "\u0000"' <<<"$BACKUP_DATABASES" || die 64 'BACKUP_DATABASES is not a JSON array'
  else
    local names
    read -r -a names <<<"$BACKUP_DATABASES"
    printf '%s\0' "${names[@]}"
  fi
}

# The names that `databases` gave, as a JSON array.
as_names() { jq -Rs 'split("\u0000") | map(select(. != ""))'; }

# read_names: sets `names` to the databases that are meant. Not by `< <(databases)`: at times bash has forgotten how that ended when
# `wait $!` asks for it, about once in 1,500 times.
read_names() {
  local list
  list=$(databases | as_names)
  mapfile -t -d '' names < <(jq -j '.[] + "\u0000"' <<<"$list")
}

# The one database that is meant, for commands that work on one.
one_database() {
  local names
  read_names
  ((${#names[@]} == 1)) || die 64 "say which one by --database: there are ${#names[@]}"
  DATABASE=${names[0]}
}
