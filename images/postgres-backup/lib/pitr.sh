# shellcheck shell=bash
# Points in time, by pgBackRest: it archives the write-ahead log and makes physical backups from within the server's container.
# Its repository stands beside the prefix of the dumps, at <prefix>.pitr, so that a key for one is none for the other.

PITR_SOCKET=/var/run/postgresql

# pitr_configure PGDATA: writes pgBackRest's configuration to memory, for this user only.
pitr_configure() {
  local d endpoint prefix cipher dir=$TMP/pgbackrest style=path
  pitr_prefix
  d=$PITR_DEST
  [[ $(setting "$d" KIND s3) = s3 ]] || die 64 "destination $d: points in time need a bucket"
  [[ -s ${BACKUP_PITR_CIPHER_FILE:-} ]] || die 64 'BACKUP_PITR_CIPHER_FILE is empty or cannot be read'
  cipher=$(<"$BACKUP_PITR_CIPHER_FILE")
  [[ $cipher != *$'\n'* && ${#cipher} -ge 16 ]] || die 64 'BACKUP_PITR_CIPHER_FILE must hold one line of at least 16 characters'
  endpoint=$(setting "$d" ENDPOINT) prefix=$(setting "$d" PREFIX)
  [[ $endpoint != http://* ]] || die 64 'pgBackRest speaks TLS only: BACKUP_DEST_*_ENDPOINT must be https://'
  if [[ -z $endpoint ]]; then endpoint=s3.$(setting "$d" REGION us-east-1).amazonaws.com style=host; fi
  mkdir -p "$dir/lock" "$dir/spool"
  PITR_CONF=$dir/${PITR_CONF_NAME:-pgbackrest.conf}
  {
    printf '%s\n' '[global]' repo1-type=s3 "repo1-path=/$prefix" "repo1-s3-bucket=$(setting "$d" BUCKET)" "repo1-s3-endpoint=${endpoint#https://}" \
      "repo1-s3-region=$(setting "$d" REGION us-east-1)" "repo1-s3-uri-style=$style" "repo1-s3-key=$(<"$(setting "$d" ACCESS_KEY_FILE)")" \
      "repo1-s3-key-secret=$(<"$(setting "$d" SECRET_KEY_FILE)")" repo1-cipher-type=aes-256-cbc "repo1-cipher-pass=$cipher" \
      repo1-bundle=y "repo1-retention-full=${BACKUP_PITR_FULLS:-2}" compress-type=zst compress-level=3 start-fast=y process-max=2 archive-timeout=60 \
      "io-timeout=${BACKUP_PITR_IO_TIMEOUT:-10}" log-level-file=off log-level-console=off log-level-stderr=warn log-timestamp=n "lock-path=$dir/lock" "spool-path=$dir/spool"
    [[ -z $(setting "$d" CA_FILE) ]] || printf 'repo1-storage-ca-file=%s\n' "$(setting "$d" CA_FILE)"
    printf '%s\n' '[main]' "pg1-path=$1" "pg1-socket-path=$PITR_SOCKET" pg1-user=postgres
  } >"$PITR_CONF.new"
  mv "$PITR_CONF.new" "$PITR_CONF"
}

# From here on, the destination's prefix is that of the repository.
pitr_prefix() {
  local variable
  PITR_DEST=${BACKUP_PITR_DESTINATION:-${DESTINATIONS[0]}}
  variable=BACKUP_DEST_${PITR_DEST}_PREFIX
  [[ ${!variable:-} = *.pitr ]] || declare -g "$variable=${!variable:-postgres}.pitr"
}

pgb() { bg env -u PGOPTIONS -u PGAPPNAME -u PGCLIENTENCODING pgbackrest "--config=$PITR_CONF" --stanza=main "$@"; }

need_server() { [[ -n ${PGDATA:-} ]] || die 64 "$VERB runs in the server's container: PGDATA is empty"; }

# Before the server starts: the configuration, and data that a restore has put ready takes its place.
run_pitr_prepare() {
  need_server
  pitr_configure "$PGDATA"
  rm -rf "$PGDATA.restoring"
  [[ -d $PGDATA.next ]] || return 0
  if [[ -e $PGDATA ]]; then mv "$PGDATA" "$PGDATA.old-$(date -u +%Y%m%dT%H%M%SZ)"; fi
  mv "$PGDATA.next" "$PGDATA"
  sync
  say info 'restored data has taken the place of the old data, which is kept beside it'
}

# Beside the server: makes the repository when the bucket answers, a first backup, and then what the schedule says.
run_pitr_beside() {
  local pause=5 file
  need_server
  pitr_configure "$PGDATA"
  until pg_isready -q -h "$PITR_SOCKET" -U postgres; do bg sleep 1; done
  # the checkpointer of PostgreSQL 15 and later begins while the server still recovers, and then heeds archive_timeout after its first
  # sleep only, which is as long as checkpoint_timeout: this wakes it
  psql -Xq -h "$PITR_SOCKET" -U postgres -d postgres -o /dev/null -c 'SELECT pg_reload_conf()' || say warning 'the server does not answer'
  until pitr_stanza; do
    bg sleep "$pause"
    pause=$((pause < 60 ? pause * 2 : 60))
  done
  file=$(mktemp "$TMP/pg-backup-crontab.XXXXXX")
  {
    # a commit every minute: there is always something to archive, and each time up to now can be recovered to
    printf '* * * * * psql -Xq -h %s -U postgres -d postgres -o /dev/null -c "%s" -c "%s"\n' "$PITR_SOCKET" "SELECT pg_logical_emit_message(true, 'pg-backup', '')" \
      "SELECT pg_switch_wal() FROM pg_stat_archiver WHERE coalesce(last_archived_time, to_timestamp(0)) < now() - interval '55 s'"
    [[ -z ${BACKUP_PITR_FULL_CRON:-} ]] || printf '%s %s\n' "$BACKUP_PITR_FULL_CRON" "$SELF pitr-backup full"
    [[ -z ${BACKUP_PITR_DIFF_CRON:-} ]] || printf '%s %s\n' "$BACKUP_PITR_DIFF_CRON" "$SELF pitr-backup diff"
  } >"$file"
  check_crontab "$file"
  until pitr_first; do bg sleep 60; done
  trap - EXIT TERM INT
  TZ=UTC exec supercronic -passthrough-logs "$file"
}

# Never adopts another cluster's repository by itself: that would make its backups old, and then expire them.
pitr_stanza() {
  local said
  said=$(pgb stanza-create 2>&1) && return 0
  if [[ $said = *'do not match the database'* ]]; then
    say error 'the archive is of another cluster: restore from it (pitr-restore), or go on with this one (pitr-upgrade); nothing is archived until then'
  else
    say error "the bucket takes no archive yet: ${said//$'\n'/ }"
  fi
  return 1
}

pitr_first() {
  if pgb info --output=json | jq -e '.[0].backup | length > 0' >/dev/null; then return 0; fi
  "$SELF" pitr-backup full
}

run_pitr_backup() {
  local said
  [[ ${ID:=diff} =~ ^(full|diff|incr)$ ]] || die 64 "pitr-backup $ID: say full, diff or incr"
  need_server
  pitr_configure "$PGDATA"
  phase "$ID"
  said=$(mktemp "$TMP/pg-backup.XXXXXX")
  pgb --type="$ID" backup 2>"$said" || die 74 "pgBackRest made no backup: $(tr '\n' ' ' <"$said")"
  say info "made a backup ($ID) in $((SECONDS - PHASE_AT)) s"
}

run_pitr_upgrade() {
  need_server
  pitr_configure "$PGDATA"
  pgb stanza-upgrade || die 74 'pgBackRest did not take this cluster into the archive'
}

# What the bucket says, with no key that decrypts: PITR is set to {from, to, backups, drill}, times in seconds, 0 for never.
pitr_look() {
  local d=$PITR_DEST id dir segments='[]' backups='[]' drill=null
  id=$(pitr_list "$d" lsf --dirs-only archive/main | sort -t - -k 2n | tail -n 1)
  if [[ -n $id ]]; then dir=$(pitr_list "$d" lsf --dirs-only "archive/main/$id" | LC_ALL=C sort | tail -n 1); fi
  if [[ -n ${dir:-} ]]; then segments=$(pitr_list "$d" lsjson --files-only "archive/main/$id$dir"); fi
  backups=$(pitr_list "$d" lsjson --files-only --recursive --include '/*/backup.manifest' backup/main)
  drill=$(store "$d" cat "$(base "$d")/pitr-drill.json" 2>/dev/null) || drill=null
  PITR=$(jq -cn --argjson segments "${segments:-[]}" --argjson backups "${backups:-[]}" --argjson drill "${drill:-null}" '
    def epoch: .ModTime[:19] + "Z" | fromdateiso8601;
    ($backups | map({name: (.Path | split("/")[0]), at: epoch}) | sort_by(.at)) as $all
    | {from: ($all[0].at // 0), to: ([$segments[] | select(.Name | test("^[0-9A-F]{24}-")) | epoch] | max // 0), backups: $all, drill: $drill}')
}

# pitr_list DESTINATION rclone-argument... FOLDER: what is not there yet is empty.
pitr_list() {
  local d=$1 rc=0
  shift
  TZ=UTC store "$d" "${@:1:$#-1}" --use-server-modtime "$(base "$d")/${!#}" 2>"$TMP/pitr-list" || rc=$?
  ((rc == 0 || rc == 3)) || die 74 "destination $d cannot be listed: $(head -c 500 "$TMP/pitr-list" | tr '\n' ' ')"
}

run_pitr_info() {
  pitr_prefix
  pitr_look
  jq '{from: (.from | todate), to: (.to | todate), window_seconds: ([.to - .from, 0] | max), backups: [.backups[] | {name, at: (.at | todate)}], drill}' <<<"$PITR"
}

# Metrics, for `status`.
pitr_metrics() {
  pitr_prefix
  pitr_look
  jq -r --arg dest "$PITR_DEST" '
    def metric($name; $labels; $value): "pgbackup_\($name){dest=\"\($dest)\"\($labels)} \($value)";
    metric("wal_last_archived_timestamp_seconds"; ""; .to), metric("pitr_window_seconds"; ""; if .from == 0 then 0 else [.to - .from, 0] | max end),
    metric("pitr_last_backup_timestamp_seconds"; ""; .backups[-1].at // 0), metric("pitr_backups"; ""; .backups | length),
    (.drill | select(.) | metric("pitr_drill_ok"; ""; if .ok then 1 else 0 end), metric("pitr_drill_timestamp_seconds"; ""; .at),
      ((.seconds // {}) | to_entries[] | metric("pitr_drill_seconds"; ",phase=\"\(.key)\""; .value)))' <<<"$PITR"
}

# pgBackRest 2.45 ends with 0 whatever it finds: its text tells.
run_pitr_verify() {
  local said rc=0 bad='status: (error|invalid)|(missing|checksum invalid|size invalid|other): [1-9]'
  PITR_CONF_NAME=verify.conf pitr_configure "${PGDATA:-/nowhere}"
  phase verify
  said=$(mktemp "$TMP/pg-backup.XXXXXX")
  pgb --output=text --verbose verify >"$said" 2>&1 || rc=$?
  ! grep -qE "$bad" "$said" || die 65 "the archive is damaged: $(grep -E "$bad" "$said" | head -n 10 | tr -s ' \n' ' ')"
  ((rc == 0)) && grep -qE '^ *status: ok' "$said" || die 74 "the archive cannot be verified: $(tail -n 3 "$said" | tr '\n' ' ')"
  rm -f "$said"
}
