# shellcheck shell=bash
# The only proof of a backup is its restore: into an instance that is thrown away, compared row by row.

run_drill() {
  local names name rc first=0
  make_work
  catalogs
  if [[ -n $DATABASE ]]; then names=("$DATABASE"); else
    if [[ ${BACKUP_DATABASES:-all} = all ]]; then
      mapfile -t -d '' names < <(jq -j '[.[] | .manifest.db // empty] | unique[] | . + "\u0000"' "$CATALOG")
    else read_names; fi
  fi
  ((${#names[@]})) || die 66 'no committed backup'
  for name in "${names[@]}"; do
    rc=0
    child drill-one ${ID:+"$ID"} --database "$name" ${FROM:+--from "$FROM"} || rc=$?
    ((first)) || first=$rc
  done
  ((first == 0)) || exit "$first"
}

run_drill_one() {
  need_identity
  FROM=${FROM:-${DESTINATIONS[0]}}
  make_work
  phase find
  catalogs
  choose "$ID"
  phase fetch
  FETCHED=$FROM
  fetch db.dump globals.sql
  phase start
  start_drill
  phase globals
  drill_globals
  phase restore
  if exists "$DATABASE"; then query template1 'DROP DATABASE :"name"' -v name="$DATABASE"; fi
  load "$DATABASE" --no-tablespaces
  phase sql
  if [[ -n ${BACKUP_DRILL_SQL_FILE:-} ]]; then
    PGDATABASE=$DATABASE psql -Xq -v ON_ERROR_STOP=1 -f "$BACKUP_DRILL_SQL_FILE" >/dev/null || die 65 'the SQL of the drill failed'
  fi
  phase proof
  fact "$(jq -c '{rows, tables, epoch}' "$WORK/backup/manifest.json")"
  jq -cn --arg id "$RUN_ID" --argjson at "$(date +%s)" --argjson seconds "$SECONDS_OF" --argjson report "$REPORT" \
    '{ok: true, id: $id, at: $at, engine: "logical", seconds: $seconds} + $report' >"$WORK/drill.json"
  bg put "$FETCHED" "$WORK/drill.json" "$(stanza "$DATABASE")/$RUN_ID/drill.json"
}

# The instance has the superuser of the dumped cluster, so that roles and grants can be replayed as they are.
start_drill() {
  local superuser
  DRILL=$WORK/pg
  SOCKET=$(mktemp -d "$TMP/pg-drill.XXXXXX")
  superuser=$(jq -r '.bootstrap' "$WORK/backup/manifest.json")
  if [[ $superuser = \"*\" ]]; then superuser=${superuser:1:-1} superuser=${superuser//\"\"/\"}; fi
  bg initdb -D "$DRILL" -E UTF8 --locale=C.UTF-8 --auth=trust -U "$superuser" --no-sync >"$WORK/initdb.log" 2>&1 || die 70 'initdb failed'
  printf '%s\n' 'port = 5432' "listen_addresses = ''" "unix_socket_directories = '$SOCKET'" 'fsync = off' 'full_page_writes = off' 'synchronous_commit = off' \
    'wal_level = minimal' 'max_wal_senders = 0' 'autovacuum = off' 'max_wal_size = 4GB' 'maintenance_work_mem = 128MB' "${BACKUP_DRILL_SETTINGS:-}" >>"$DRILL/postgresql.conf"
  # without the lock of this run's folder, so that it is swept even if this server outlives a killed run
  pg_ctl -D "$DRILL" -w -s -l "$WORK/pg.log" start {ALIVE}>&- || die 70 'the throw-away server did not start'
  unset PGPASSFILE PGSSLMODE PGSSLROOTCERT PGSERVICE PGHOSTADDR
  export PGHOST=$SOCKET PGPORT=5432 PGUSER=$superuser
  MAINTENANCE=template1
}

stop_drill() { [[ -z $DRILL ]] || pg_ctl -D "$DRILL" -m immediate -s stop >/dev/null 2>&1; }

drill_globals() {
  [[ -e $WORK/backup/globals.sql ]] || return 0
  # the superuser is there already; folders of tablespaces are not
  grep -vxF "CREATE ROLE $(jq -r .bootstrap "$WORK/backup/manifest.json");" "$WORK/backup/globals.sql" |
    { grep -vE '^(CREATE TABLESPACE|ALTER TABLESPACE|GRANT .* ON TABLESPACE|REVOKE .* ON TABLESPACE) ' || true; } >"$WORK/roles.sql"
  PGDATABASE=$MAINTENANCE psql -Xq -v ON_ERROR_STOP=1 -f "$WORK/roles.sql" >/dev/null || die 65 'the roles cannot be restored'
}

# A drill that found the backup bad is kept beside it as well.
record_drill() {
  local file
  file=$(mktemp "$TMP/pg-backup.XXXXXX")
  jq -c '. + {ok: false, engine: "logical"}' <<<"$1" >"$file"
  (put_quickly "$FETCHED" "$file" "$(stanza "$DATABASE")/$RUN_ID/drill.json") || true
  rm -f "$file"
}
