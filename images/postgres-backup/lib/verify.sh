# shellcheck shell=bash
# Whether what is in the bucket is what was put there; and whether what was restored is what was dumped.

run_verify() {
  local d file tried=0
  one_database
  make_work
  phase find
  catalogs
  choose "$ID"
  for d in $(holders); do
    phase read
    while IFS=$'\t' read -r file sha; do
      [[ $(store "$d" cat "$(base "$d")/$(stanza "$DATABASE")/$RUN_ID/$file" </dev/null | sha256) = "$sha" ]] || die 65 "$file in destination $d is damaged"
      tried=$((tried + 1))
    done < <(jq -r --arg id "$RUN_ID" --arg d "$d" '.[] | select(.id == $id and .dest == $d) | .manifest.files[] | [.name, .sha256] | @tsv' "$CATALOG")
    if [[ $ENCRYPTION != age || -r ${BACKUP_AGE_IDENTITY_FILE:-} ]]; then
      FROM=$d
      phase decrypt
      jq -c --arg d "$d" 'map(select(.dest == $d))' "$CATALOG" >"$WORK/catalog.one"
      CATALOG=$WORK/catalog.one fetch db.dump db.sql.zst globals.sql
      bg pg_restore -f /dev/null "$WORK/backup/db.dump" || die 65 'the archive cannot be read to its end'
    fi
  done
  fact "{\"files\":$tried}"
}

# The mark by which what a killed restore has left is found. It goes in the transaction that gives the database its name.
RESTORING="COMMENT ON DATABASE :\"name\" IS 'pg-backup: being restored';"

# load NAME [pg_restore-option...]: the fetched backup as a new database, compared with its manifest.
load() {
  local name=$1 create
  shift
  create=$(jq -r .create "$WORK/backup/manifest.json")
  NEW_DATABASE=$name
  query "$MAINTENANCE" "$create"$'\n'"$RESTORING" -v name="$name" || die 69 'the database cannot be created'
  bg pg_restore --exit-on-error --jobs "${BACKUP_JOBS:-2}" -d "$(conninfo "$name")" "$@" "$WORK/backup/db.dump" || die 65 'pg_restore failed'
  phase compare
  compare_rows "$name"
  compare_schema "$name" "$@"
  phase analyze
  PROPERTIES=$(jq -r .properties "$WORK/backup/manifest.json")
  query "$MAINTENANCE" "BEGIN; $PROPERTIES"$'\n'"$RESTORING COMMIT;" -v name="$name" || die 65 'the properties of the database cannot be set'
  bg query "$name" ANALYZE || die 69 'ANALYZE failed'
}

compare_rows() {
  local dir=$WORK/backup
  FINGERPRINT=$(jq -r .fingerprint_mode "$dir/manifest.json")
  jq -cS '.fingerprint[]' "$dir/manifest.json" | LC_ALL=C sort >"$dir/rows.dumped"
  bg fingerprint "$1" >"$dir/rows.raw" || die 69 'the restored tables cannot be read'
  jq -cS . "$dir/rows.raw" | LC_ALL=C sort >"$dir/rows.restored"
  cmp -s "$dir/rows.dumped" "$dir/rows.restored" ||
    die 65 "restored rows differ: $(LC_ALL=C comm -3 "$dir/rows.dumped" "$dir/rows.restored" | jq -r .t | sort -u | head -n 10 | paste -sd ' ')"
  jq -r '.sequences[]' "$dir/manifest.json" | LC_ALL=C sort >"$dir/sequences.dumped"
  PGDATABASE=$1 psql -XqAt -v ON_ERROR_STOP=1 -f "$LIB/sequences.sql" | LC_ALL=C sort >"$dir/sequences.restored"
  [[ -z $(LC_ALL=C comm -23 "$dir/sequences.dumped" "$dir/sequences.restored") ]] || die 65 'restored sequences differ'
}

# The schema in the archive against the schema of what was restored, by lines: the order of objects is pg_dump's own affair.
compare_schema() {
  local dir=$WORK/backup name=$1 differences
  shift
  if [[ $(jq -r .tools.pg_dump "$dir/manifest.json") != "$(pg_dump --version)" ]]; then
    say info 'the schema is not compared: it was dumped by another version'
    return 0
  fi
  pg_restore --schema-only -f - "$@" "$dir/db.dump" | schema_lines >"$dir/schema.dumped"
  PGDATABASE=$name pg_dump --schema-only "$@" | schema_lines >"$dir/schema.restored"
  cmp -s "$dir/schema.dumped" "$dir/schema.restored" && return 0
  differences=$(LC_ALL=C comm -3 "$dir/schema.dumped" "$dir/schema.restored" | head -n 10 | paste -sd ' ')
  [[ ${BACKUP_SCHEMA_CHECK:-fail} = warn ]] || die 65 "the restored schema differs: $differences"
  say warning "the restored schema differs: $differences"
}

# An archive also says which views to fill, which is data.
schema_lines() { sed -E '/^(--|\\(un)?restrict |SET |REFRESH MATERIALIZED VIEW |$)/d' | LC_ALL=C sort; }
