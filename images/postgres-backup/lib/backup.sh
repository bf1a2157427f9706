# shellcheck shell=bash
# One run: lock, preflight, one snapshot, globals, full read, encrypt, upload and read back, manifest last.

run_backup() {
  local names name rc first=0
  if [[ $KIND = scheduled && ${BACKUP_JITTER:-0} != 0 ]]; then bg sleep $((RANDOM % (BACKUP_JITTER + 1))); fi
  read_names
  ((${#names[@]})) || die 64 'there is no database to back up'
  for name in "${names[@]}"; do
    rc=0
    bg "$SELF" backup-one --kind "$KIND" --database "$name" || rc=$?
    ((first)) || first=$rc
  done
  ((first == 0)) || exit "$first"
}

run_backup_one() {
  local d
  phase lock
  make_work
  lock "$DATABASE"
  phase preflight
  preflight
  phase dump
  dump
  phase globals
  globals
  phase verify
  bg full_read
  phase encrypt
  encrypt
  phase compare
  manifest
  phase upload
  for d in "${GOOD[@]}"; do bg upload "$d" || lose "$d"; done
  ((${#GOOD[@]})) || die 74 'no destination took the backup'
  phase commit
  still_locked
  for d in "${GOOD[@]}"; do bg commit "$d" || lose "$d"; done
  fact "$(jq -c '{bytes: ([.files[].size] | add), rows, tables, kind, warnings}' "$WORK/manifest.json")"
  ((${#LOST[@]} == 0)) || die 74 "not committed to: ${LOST[*]}"
  ATTEMPT=''
  phase prune
  if [[ ${BACKUP_PRUNE:-true} = true && $KIND != safety ]]; then
    bg "$SELF" prune --database "$DATABASE" >"$WORK/prune.json" || say warning "the backup is committed, but prune ended with $?"
  fi
}

# A destination that is lost does not keep the others from getting their backup; the run fails at its end.
lose() {
  local d left=()
  for d in "${GOOD[@]}"; do [[ $d = "$1" ]] || left+=("$d"); done
  GOOD=("${left[@]}")
  LOST+=("$1")
  say error "destination $1 is lost for this run"
}

# Everything that can be known to be wrong is known before the dump.
preflight() {
  local server client need free d
  GOOD=("${DESTINATIONS[@]}") LOST=()
  check_encryption
  server=$(query "$DATABASE" 'SHOW server_version_num') || die 69 'the database does not answer'
  client=$(pg_dump --version | grep -oE '[0-9]+' | head -n 1)
  ((server / 10000 <= client)) || die 65 "pg_dump $client is older than the server $server"
  need=$(query "$DATABASE" 'SELECT pg_database_size(current_database())')
  free=$(df --output=avail -B1 "$STAGING" | tail -n 1)
  ((free > need / 2)) || die 28 "the staging volume has $free bytes left and the database has $need"
  RUN_ID=$(date -u +%Y%m%dT%H%M%SZ)-$(od -An -N4 -tx1 /dev/urandom | tr -d ' ')
  jq -cn --arg id "$RUN_ID" --arg db "$DATABASE" --arg kind "$KIND" '{intent: true, id: $id, db: $db, kind: $kind}' >"$WORK/intent.json"
  for d in "${DESTINATIONS[@]}"; do bg put_quickly "$d" "$WORK/intent.json" "$(stanza "$DATABASE")/$RUN_ID/intent.json" || lose "$d"; done
  ((${#GOOD[@]})) || die 74 'no destination can be written to'
  ATTEMPT=${GOOD[*]}
}

check_encryption() {
  local recipient head
  TO=()
  [[ $ENCRYPTION = age ]] || return 0
  ((${#RECIPIENTS[@]})) || die 64 'BACKUP_AGE_RECIPIENTS is empty'
  for recipient in "${RECIPIENTS[@]}"; do TO+=(--recipient "$recipient"); done
  age "${TO[@]}" <<<probe >"$WORK/probe" || die 64 'age refuses BACKUP_AGE_RECIPIENTS'
  head=$(head -c 21 "$WORK/probe")
  [[ $head = age-encryption.org/v1 ]] || die 64 'age does not encrypt'
}

# pg_dump and the fingerprint at once, in the snapshot that the session holds.
dump() {
  local snapshot began=$SECONDS first pids
  session snapshot "$DATABASE"
  ask snapshot 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'
  ask snapshot "SELECT pg_export_snapshot(), extract(epoch FROM now())::bigint,
    CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END"
  IFS='|' read -r snapshot EPOCH LSN <<<"$REPLY"
  ask snapshot "$(<"$LIB/describe.sql")"
  printf '%s\n' "$REPLY" >"$WORK/describe.json"
  PGDATABASE=$DATABASE timeout "${BACKUP_SNAPSHOT_MAX:-14400}" pg_dump -Fc -Z"${BACKUP_GZIP:-1}" --snapshot="$snapshot" \
    --lock-wait-timeout="${BACKUP_LOCK_WAIT:-60}s" -f "$WORK/db.dump" &
  pids=($!)
  fingerprint "$DATABASE" "$snapshot" >"$WORK/fingerprint" &
  pids+=($!)
  wait -n -p first "${pids[@]}" || die 69 'pg_dump or the fingerprint of the tables failed'
  if [[ $first = "${pids[0]}" ]]; then first=${pids[1]}; else first=${pids[0]}; fi
  wait "$first" || die 69 'pg_dump or the fingerprint of the tables failed'
  ask snapshot COMMIT
  HELD=$((SECONDS - began))
}

# fingerprint DATABASE [SNAPSHOT]
fingerprint() {
  [[ $FINGERPRINT != none ]] || return 0
  PGDATABASE=$1 timeout "${BACKUP_SNAPSHOT_MAX:-14400}" psql -XqAt -v ON_ERROR_STOP=1 -v mode="$FINGERPRINT" ${2:+-v snapshot="$2"} -f "$LIB/fingerprint.sql"
}

globals() {
  local options=()
  [[ $GLOBALS != none ]] || return 0
  [[ $GLOBALS = with-passwords ]] || options=(--no-role-passwords)
  bg pg_dumpall --globals-only -l "$MAINTENANCE" "${options[@]}" -f "$WORK/globals.sql" || die 69 'pg_dumpall failed'
  tail -n 5 "$WORK/globals.sql" | grep -q 'PostgreSQL database cluster dump complete' || die 65 'the globals end too early'
}

# Reads every byte of the archive (pg_restore --list would only read its head), and makes the plain SQL of it in the same pass.
full_read() {
  local tail entries tables
  mkfifo "$WORK/tail.in"
  tail -n 12 <"$WORK/tail.in" >"$WORK/tail" &
  tail=$!
  if [[ $FORMATS = *plain* ]]; then
    pg_restore -f - "$WORK/db.dump" | tee "$WORK/tail.in" | zstd -q -T0 -"${BACKUP_ZSTD:-3}" -o "$WORK/db.sql.zst" || die 65 'the archive cannot be read to its end'
  else
    pg_restore -f - "$WORK/db.dump" >"$WORK/tail.in" || die 65 'the archive cannot be read to its end'
  fi
  wait "$tail"
  grep -q 'PostgreSQL database dump complete' "$WORK/tail" || die 65 'the archive ends too early'
  pg_restore --list "$WORK/db.dump" >"$WORK/toc"
  entries=$(grep -cE '^[0-9]+; [0-9]+ [0-9]+ TABLE DATA ' "$WORK/toc" || true)
  tables=$(grep -vc '"(large objects)"' "$WORK/fingerprint" || true)
  ((entries >= tables)) || die 65 "the archive has data of $entries tables, and there are $tables"
  # the values of sequences are not part of a snapshot: what pg_dump has seen counts
  grep -E '^[0-9]+; [0-9]+ [0-9]+ SEQUENCE SET ' "$WORK/toc" >"$WORK/toc.sequences" || true
  { [[ ! -s $WORK/toc.sequences ]] || pg_restore -L "$WORK/toc.sequences" -f - "$WORK/db.dump"; } | { grep '^SELECT pg_catalog.setval(' || true; } >"$WORK/sequences" ||
    die 65 'the values of sequences cannot be read out of the archive'
}

encrypt() {
  local file pids=() pid
  FILES=()
  mkdir "$WORK/out"
  for file in db.dump db.sql.zst globals.sql; do
    [[ -e $WORK/$file ]] || continue
    FILES+=("$file")
    seal "$WORK/$file" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || die 65 'a file could not be encrypted'; done
}

# seal FILE: out/ has what is uploaded, under its names in the bucket; the plain text goes at once.
seal() {
  local hash head out=$WORK/out/${1##*/}
  sha256 <"$1" >"$1.sha256" &
  hash=$!
  stat -c %s "$1" >"$1.size"
  if [[ $ENCRYPTION = age ]]; then
    out+=.age
    age "${TO[@]}" --output "$out" "$1"
    wait "$hash"
    head=$(head -c 21 "$out")
    [[ $head = age-encryption.org/v1 ]] || die 65 'age has written something that is not encrypted'
    rm "$1"
  else
    wait "$hash"
    mv "$1" "$out"
  fi
  sha256 <"$out" >"$1.sealed.sha256"
}

# The manifest has warnings where there are far fewer rows or bytes than in the backup before; it commits all the same.
manifest() {
  local file entry entries=() suffix=''
  [[ $ENCRYPTION != age ]] || suffix=.age
  for file in "${FILES[@]}"; do
    printf -v entry '{"name":"%s","size":%d,"sha256":"%s","plain_sha256":"%s","plain_size":%d}' "$file$suffix" "$(stat -c %s "$WORK/out/$file$suffix")" \
      "$(<"$WORK/$file.sealed.sha256")" "$(<"$WORK/$file.sha256")" "$(<"$WORK/$file.size")"
    entries+=("$entry")
  done
  catalog "${GOOD[0]}"
  printf '%s\n' "${entries[@]}" | jq -cs --arg id "$RUN_ID" --arg db "$DATABASE" --arg kind "$KIND" --argjson epoch "$EPOCH" --arg lsn "$LSN" --arg encryption "$ENCRYPTION" \
    --arg mode "$FINGERPRINT" --argjson held "$HELD" --argjson seconds "$SECONDS_OF" --arg pg_dump "$(pg_dump --version)" \
    --argjson rows_ratio "${BACKUP_MIN_ROWS_RATIO:-0.7}" --argjson bytes_ratio "${BACKUP_MIN_BYTES_RATIO:-0.5}" --slurpfile describe "$WORK/describe.json" \
    --slurpfile fingerprint "$WORK/fingerprint" --rawfile sequences "$WORK/sequences" --slurpfile catalog "$CATALOG" -f "$LIB/manifest.jq" >"$WORK/manifest.json"
  sha256 <"$WORK/manifest.json" >"$WORK/out/manifest.json.sha256"
}

# upload DESTINATION: all but the manifest; then every byte is read back and compared. Called where errexit does not work.
upload() {
  local to CHUNK
  to=$(base "$1")/$(stanza "$DATABASE")/$RUN_ID
  CHUNK=$(chunk_for "$(find "$WORK/out" -type f -printf '%s\n' | sort -n | tail -n 1)")
  store "$1" copy --ignore-times "$WORK/out" "$to" || die 74 "destination $1 did not take the files"
  if [[ $(setting "$1" KIND s3) = volume ]]; then sync -f "$to" || die 74 "destination $1 did not keep the files"; fi
  store "$1" check --download --one-way "$WORK/out" "$to" || die 74 "destination $1 did not give back the bytes it was given"
}

commit() { put "$1" "$WORK/manifest.json" "$(stanza "$DATABASE")/$RUN_ID/manifest.json"; }
