# shellcheck shell=bash
# Restoring beside the live database, then changing names in one transaction. Whenever it is killed, the live name is the old
# database or the whole new one.

exists() { [[ $(query "$MAINTENANCE" "SELECT count(*) FROM pg_database WHERE datname = :'name'" -v name="$1") = 1 ]]; }

# name_for DATABASE SUFFIX: at most 63 bytes, which is where PostgreSQL would cut the suffix off
name_for() {
  local name=$1
  while (($(printf '%s' "$name$2" | wc -c) > 63)); do name=${name%?}; done
  printf '%s' "$name$2"
}

run_restore() {
  local target new live
  one_database
  target=${INTO:-$DATABASE}
  [[ $target != "$MAINTENANCE" ]] || die 64 "set BACKUP_MAINTENANCE_DATABASE to another database to restore $target"
  need_identity
  make_work
  phase lock
  lock "$target"
  sweep_databases "$target"
  phase find
  catalogs
  choose "$ID"
  phase fetch
  fetch db.dump
  preflight_restore
  live=no
  if exists "$target"; then live=yes; fi
  [[ $live = no || $target = "$DATABASE" ]] || die 65 "$target exists; --into wants the name of a new database"
  if [[ $live = yes ]]; then safety "$target"; fi
  phase restore
  new=$(name_for "$target" "_r$(date +%s)")
  load "$new"
  phase swap
  still_locked
  swap "$target" "$new" "$live"
  NEW_DATABASE=''
}

# What a killed restore has left: nobody but restores, who hold the lock, give databases this comment.
sweep_databases() {
  local name
  while IFS= read -r -d '' name; do
    say info "drops $name, which an earlier restore has left"
    query "$MAINTENANCE" 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)' -v name="$name"
  done < <(query "$MAINTENANCE" "SELECT datname FROM pg_database d WHERE shobj_description(oid, 'pg_database') = 'pg-backup: being restored'
    AND datname ~ '_r[0-9]{10}\$' AND datname LIKE left(:'name', 30) || '%'" -v name="$1" -0)
}

preflight_restore() {
  local server missing
  server=$(query "$MAINTENANCE" 'SHOW server_version_num') || die 69 'the database does not answer'
  (($(jq .server "$WORK/backup/manifest.json") / 10000 <= server / 10000)) || die 65 "the backup is of a newer PostgreSQL than the server $server"
  missing=$(query "$MAINTENANCE" "SELECT string_agg(e ->> 'name', ', ') FROM json_array_elements(:'extensions') e
    WHERE NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = e ->> 'name')" -v extensions="$(jq -c .extensions "$WORK/backup/manifest.json")")
  [[ -z $missing ]] || die 65 "the server does not have the extensions: $missing"
}

safety() {
  phase safety
  if [[ ${BACKUP_RESTORE_WITHOUT_SAFETY:-} = "$1" ]]; then
    say warning 'no safety backup, as asked'
  else
    PG_BACKUP_LOCKED=yes bg "$SELF" backup-one --kind safety --database "$1" >"$WORK/safety.json" || die $? 'the safety backup failed; nothing was touched'
    fact "$(jq -c '{safety: .id}' "$WORK/safety.json")"
  fi
}

# swap LIVE NEW yes|no: RENAME locks a database against new connections and gives those that are there 5 s; another session ends them meanwhile.
swap() {
  local old try ender finish="COMMENT ON DATABASE :\"name\" IS NULL; $PROPERTIES"
  if [[ $3 = no ]]; then
    query "$MAINTENANCE" "BEGIN; $finish"$'\n''ALTER DATABASE :"new" RENAME TO :"live"; COMMIT;' -v live="$1" -v new="$2" -v name="$2" || die 69 'the database cannot be renamed'
    return 0
  fi
  old=$(name_for "$1" "_old_$(date +%s)")
  query "$MAINTENANCE" "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :'live' AND pid <> pg_backend_pid() \\watch 0.1" \
    -v live="$1" >/dev/null &
  ender=$!
  for try in 1 2 3 4 5; do
    if query "$MAINTENANCE" "BEGIN; $finish"'
      ALTER DATABASE :"live" RENAME TO :"old";
      ALTER DATABASE :"new" RENAME TO :"live";
      ALTER DATABASE :"old" ALLOW_CONNECTIONS false;
      SELECT '\''pg-backup: kept of '\'' || :'\''live'\'' AS comment \gset
      COMMENT ON DATABASE :"old" IS :'\''comment'\'';
      COMMIT;' -v live="$1" -v new="$2" -v name="$2" -v old="$old"; then
      kill -TERM -- "-$ender"
      wait "$ender" 2>/dev/null || true
      fact "$(jq -cn --arg old "$old" '{kept: $old}')"
      return 0
    fi
    say warning "the databases could not be renamed, try $try"
  done
  die 69 'the databases could not be renamed; the live one is as it was'
}

# Called at the end of each run: a restored database that did not get the live name goes.
drop_unfinished() {
  [[ -z $NEW_DATABASE || -n $DRILL ]] || query "$MAINTENANCE" 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)' -v name="$NEW_DATABASE" 2>/dev/null
}

run_finalize() {
  local name dropped='[]'
  one_database
  make_work
  lock "$DATABASE"
  while IFS= read -r -d '' name; do
    query "$MAINTENANCE" 'DROP DATABASE :"name" WITH (FORCE)' -v name="$name"
    dropped=$(jq -c --arg name "$name" '. + [$name]' <<<"$dropped")
  done < <(query "$MAINTENANCE" "SELECT datname FROM pg_database WHERE NOT datallowconn
    AND shobj_description(oid, 'pg_database') = 'pg-backup: kept of ' || :'name'" -v name="$DATABASE" -0)
  fact "{\"dropped\":$dropped}"
}
