# shellcheck shell=bash
# Restores of points in time: tried out before they take a place, and proved by drills.

# In the server's container. The data is restored beside the server's, recovered to the target for a trial, and takes its place when
# the server starts the next time, which is at once. With --into, a folder is made and nothing else.
run_pitr_restore() {
  local at='' target=() from to folder=${INTO:-}
  [[ -n $folder ]] || need_server
  folder=${folder:-$PGDATA.next}
  [[ ! -e $folder || -z $(ls -A "$folder") ]] || die 64 "$folder is there already"
  PITR_CONF_NAME=$([[ -n ${INTO:-} ]] && echo restore.conf || echo pgbackrest.conf) pitr_configure "${PGDATA:-$folder}"
  phase archive
  [[ -n ${INTO:-} ]] || pitr_flush
  phase find
  pitr_look
  from=$(jq .from <<<"$PITR") to=$(jq .to <<<"$PITR")
  ((from > 0)) || die 66 'there is no backup to restore from'
  if [[ -n $AT ]]; then
    at=$(date -u -d "$AT" '+%F %T.%6N+00') || die 64 "--at $AT: not a time"
    (($(date -u -d "$AT" +%s) <= to)) || die 66 "--at $AT is later than $(date -u -d "@$to" +%FT%TZ), to which there is an archive"
    (($(date -u -d "$AT" +%s) >= from)) || die 66 "--at $AT is before $(date -u -d "@$from" +%FT%TZ), when the oldest backup ended"
    target=(--type=time "--target=$at" --target-action=promote)
  fi
  rmdir "$folder" 2>/dev/null || true
  WORK=${folder%.next}.restoring
  phase restore
  pitr_fetch "$WORK" "${target[@]}"
  if [[ -n $at ]]; then
    phase recover
    pitr_trial "$WORK"
    phase checksums
    bg pg_checksums --check -D "$WORK" >"$TMP/pitr-checksums" 2>&1 || die 65 "pages are damaged: $(tail -n 1 "$TMP/pitr-checksums")"
  fi
  sync
  mv "$WORK" "$folder"
  WORK=''
  phase end
  jq -cn --arg to "${AT:-everything archived}" --arg folder "$folder" --argjson seconds "$SECONDS_OF" '{op: "pitr-restore", outcome: "success", to: $to, folder: $folder, seconds: $seconds}'
  # the container, and whatever runs in it, ends with the server
  [[ -n ${INTO:-} ]] || LAST=(pg_ctl -D "$PGDATA" --mode=fast --no-wait --silent stop)
}

# Archives what there is up to now, where the server lives and archives: nothing that was committed is lost then.
pitr_flush() {
  local end=$((SECONDS + 60)) ask=(psql -XqAt -h "$PITR_SOCKET" -U postgres -d postgres)
  [[ $("${ask[@]}" -c 'SELECT archived_count > 0 AND last_archived_time > coalesce(last_failed_time, to_timestamp(0)) FROM pg_stat_archiver' 2>/dev/null) = t ]] || return 0
  "${ask[@]}" -o /dev/null -c "SELECT pg_logical_emit_message(true, 'pg-backup', '')" -c 'SELECT pg_walfile_name(pg_switch_wal()) AS last' || return 0
  until [[ $("${ask[@]}" -c "SELECT NOT EXISTS (SELECT FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')" 2>/dev/null) = t ]]; do
    if ((SECONDS >= end)); then
      say warning 'the newest write-ahead log is not archived: the bucket does not take it'
      return 0
    fi
    bg sleep 0.5
  done
}

# pitr_fetch FOLDER pgbackrest-argument...: every file is compared with its checksum on the way.
pitr_fetch() {
  local folder=$1
  shift
  rm -rf "$folder"
  mkdir -m 700 "$folder"
  # PostgreSQL runs it where the data is, wherever that is by then
  pgb restore "--pg1-path=$folder" "$@" \
    --recovery-option="restore_command=pgbackrest --config=$PITR_CONF --stanza=main --pg1-path=\"\$PWD\" archive-get %f \"%p\"" 2>"$TMP/pitr-restore" ||
    die 65 "pgBackRest restored nothing: $(tail -n 3 "$TMP/pitr-restore" | tr '\n' ' ')"
}

# Arguments of a server that nobody reaches and that archives nothing.
pitr_alone() {
  SOCKET=$(mktemp -d "$TMP/pg-pitr.XXXXXX")
  : >"$SOCKET/empty.conf"
  printf '%s\n' 'local all all trust' >"$SOCKET/hba.conf"
  ALONE=(-c "config_file=$SOCKET/empty.conf" -c "hba_file=$SOCKET/hba.conf" -c "ident_file=$SOCKET/empty.conf" -c port=5432 -c "listen_addresses=" -c "unix_socket_directories=$SOCKET"
    -c hot_standby=off -c archive_mode=off -c shared_buffers=64MB -c max_wal_size=2GB -c autovacuum=off -c log_timezone=UTC -c timezone=UTC)
}

# Recovers to the target and stops there, without a timeline of its own: what is proved is done again when the server starts.
pitr_trial() {
  local log=$TMP/pitr-trial
  pitr_alone
  bg env -u PGPORT -u PGHOST -u PGOPTIONS postgres -D "$1" "${ALONE[@]}" -c recovery_target_action=shutdown >"$log" 2>&1 || pitr_why "$log"
  grep -q 'recovery stopping' "$log" || pitr_why "$log"
}

pitr_why() {
  ! grep -q 'recovery ended before configured recovery target was reached' "$1" ||
    die 66 "nothing was committed after ${AT:-the target} that is archived yet: choose an earlier time, or wait a minute"
  die 65 "the data cannot be recovered: $(grep -E 'FATAL|PANIC|ERROR' "$1" | tail -n 3 | tr '\n' ' ')"
}

# Verifies the archive, restores the newest data into a throw-away server, and looks at every page and every index.
run_pitr_drill() {
  local rc=0 file
  PITR_CONF_NAME=drill.conf pitr_configure /nowhere
  make_work
  file=$WORK/pitr-drill.json
  child pitr-drill-one >"$file" || rc=$?
  # a bucket that does not answer is no verdict
  if ((rc == 65 || rc == 66 || rc == 70)); then jq -cn --argjson at "$(date +%s)" --argjson rc "$rc" '{ok: false, at: $at, rc: $rc}' >"$file"; fi
  if ((rc == 0 || rc == 65 || rc == 66 || rc == 70)); then
    put "$PITR_DEST" "$file" pitr-drill.json
    cat "$file"
  fi
  ((rc == 0)) || exit "$rc"
}

run_pitr_drill_one() {
  local to newest target=() at reached
  run_pitr_verify
  make_work
  PITR_CONF_NAME=drill.conf pitr_configure "$WORK/pg"
  phase find
  pitr_look
  to=$(jq .to <<<"$PITR") newest=$(jq '.backups[-1].at // 0' <<<"$PITR")
  ((newest > 0)) || die 66 'there is no backup to restore from'
  # there is a commit every minute, and each is archived a minute later
  at=$((to - 150))
  if ((at > newest)); then target=(--type=time "--target=$(date -u -d "@$at" '+%F %T+00')" --target-action=promote); fi
  phase restore
  pitr_fetch "$WORK/pg" "${target[@]}"
  phase recover
  pitr_alone
  DRILL=$WORK/pg
  unset PGOPTIONS PGPASSFILE PGSSLMODE PGSSLROOTCERT PGHOSTADDR
  export PGHOST=$SOCKET PGPORT=5432 PGUSER=postgres
  printf '%s\n' "${ALONE[@]}" | sed -n "/=/s/=\(.*\)/ = '\1'/p" >"$SOCKET/postgresql.conf"
  printf '%s\n' 'fsync = off' 'full_page_writes = off' >>"$SOCKET/postgresql.conf"
  bg pg_ctl -D "$DRILL" --wait --timeout=604800 --silent --log="$WORK/pg.log" --options="-c config_file=$SOCKET/postgresql.conf" start {ALIVE}>&- || pitr_why "$WORK/pg.log"
  # pg_ctl is content with one that still recovers
  until pg_isready -q; do
    pg_ctl -D "$DRILL" --silent status >/dev/null || pitr_why "$WORK/pg.log"
    bg sleep 0.2
  done
  reached=$(query postgres "SELECT coalesce(floor(extract(epoch FROM pg_last_xact_replay_timestamp())), 0)::bigint") || die 70 'the throw-away server does not answer'
  phase pages
  bg pg_amcheck --all --install-missing --no-dependent-indexes --jobs=2 >"$WORK/amcheck" 2>&1 ||
    { ! grep -q 'could not access file\|is not available' "$WORK/amcheck" || die 64 'the image has no extension amcheck'; die 65 "the restored data is damaged: $(tail -n 3 "$WORK/amcheck" | tr '\n' ' ')"; }
  bg pg_ctl -D "$DRILL" --mode=fast --wait --timeout=3600 --silent stop || die 70 'the throw-away server does not stop'
  bg pg_checksums --check -D "$DRILL" >"$WORK/checksums" 2>&1 || die 65 "pages are damaged: $(tail -n 1 "$WORK/checksums")"
  phase proof
  jq -cn --argjson at "$(date +%s)" --argjson seconds "$SECONDS_OF" --argjson bytes "$(du -sb "$DRILL" | cut -f 1)" --argjson reached "${reached:-0}" --argjson archived "$to" \
    --arg target "${target[1]:-}" '{ok: true, at: $at, engine: "pgbackrest", seconds: $seconds, bytes: $bytes, recovered_to: $reached, archived_to: $archived, target: $target}'
}
