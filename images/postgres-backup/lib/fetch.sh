# shellcheck shell=bash
# A backup out of the bucket: hash of what is stored, decrypted, hash of what was dumped.

need_identity() {
  [[ $ENCRYPTION != age || -r ${BACKUP_AGE_IDENTITY_FILE:-} ]] || die 64 'BACKUP_AGE_IDENTITY_FILE cannot be read'
}

# The destinations that have this backup.
holders() { jq -r --arg id "$RUN_ID" '.[] | select(.state == "committed" and .id == $id) | .dest' "$CATALOG"; }

# fetch FILE...: into $WORK/backup, from the first destination where they are intact. FETCHED is that destination.
fetch() {
  local d rc=66
  for d in $(holders); do
    rm -rf "$WORK/backup"
    mkdir "$WORK/backup"
    FETCHED=$d rc=0
    jq -c --arg id "$RUN_ID" --arg dest "$d" '.[] | select(.id == $id and .dest == $dest) | .manifest' "$CATALOG" >"$WORK/backup/manifest.json"
    bg fetch_from "$d" "$@" || rc=$?
    ((rc)) || return 0
  done
  die "$rc" "backup $RUN_ID could not be fetched"
}

# Called where errexit does not work: each line says what its failure is.
fetch_from() {
  local dir=$WORK/backup file name plain
  for file in "${@:2}"; do
    IFS=$'\t' read -r name sealed plain < <(jq -r --arg f "$file" '.files[] | select(.name | ltrimstr($f) | . == "" or . == ".age") | [.name, .sha256, .plain_sha256] | @tsv' \
      "$dir/manifest.json") || continue
    get "$1" "$(stanza "$DATABASE")/$RUN_ID/$name" "$dir/$name" || { [[ $(jq -r --arg n "$name" --arg id "$RUN_ID" --arg d "$1" \
      '[.[] | select(.id == $id and .dest == $d) | .missing[]] | index($n)' "$CATALOG") = null ]] && die 74 "destination $1 does not give $name"; die 65 "$name is missing or not whole"; }
    [[ $(sha256 <"$dir/$name") = "$sealed" ]] || die 65 "$name in destination $1 is damaged"
    if [[ $name = *.age ]]; then
      age --decrypt -i "$BACKUP_AGE_IDENTITY_FILE" -o "$dir/$file" "$dir/$name" || die 65 "$name cannot be decrypted by this identity"
      rm "$dir/$name" || exit 70
    fi
    [[ $(sha256 <"$dir/$file") = "$plain" ]] || die 65 "$file is not what was dumped"
  done
}
