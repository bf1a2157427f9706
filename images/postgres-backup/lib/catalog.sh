# shellcheck shell=bash
# What is in the buckets.

# catalog DESTINATION: sets CATALOG to a file with one JSON array of everything that was attempted there.
# Whatever cannot be listed or read in full is an error, never a shorter list.
catalog() {
  local dir=$WORK/catalog.$1 rc copied try listing file body
  # what is committed or deleted between the listing and the reading is no reason to fail, and no damage: then all is looked at again
  for try in 1 2 3; do
    ((try == 1)) || bg sleep 1
    rm -rf "$dir"
    mkdir -p "$dir/files"
    rc=0 copied=0
    look "$1" "$dir"
    if ((rc == 0 && copied == 0)); then
      ! all_read "$dir" || break
    else
      ((rc != 3)) && grep -qiE 'not found|no ?such|does not exist|status code: 404' "$dir/errors" "$dir/unlisted" || break
    fi
  done
  # 3: no such folder, that is, nothing yet
  if ((rc == 3)); then
    printf '[]' >"$dir/objects"
  elif ((rc || copied)); then
    die 74 "destination $1 cannot be listed and read: $(cat "$dir/unlisted" "$dir/errors" | head -c 500 | tr '\n' ' ')"
  fi
  (cd "$dir/files" && find . -name manifest.json -exec sha256sum {} +) >"$dir/sums"
  while IFS= read -r -d '' file; do
    body=''
    IFS= read -r -d '' body <"$dir/files/$file" || true
    printf '%s\t%s\n' "$file" "${body//$'\n'/ }"
  done < <(cd "$dir/files" && find . -type f -print0) >"$dir/bodies"
  CATALOG=$dir/catalog.json
  jq -nc --arg dest "$1" --slurpfile objects "$dir/objects" --rawfile bodies "$dir/bodies" --rawfile sums "$dir/sums" -f "$LIB/catalog.jq" >"$CATALOG"
}

# Names of the small objects of a backup, each of which is JSON; the manifest has a hash beside it.
SMALL=manifest,intent,failed,drill

# look DESTINATION FOLDER: objects and the small ones' content; sets rc and copied to how that ended.
look() {
  local dir=$2
  store "$1" lsjson --recursive --files-only --no-modtime --no-mimetype "$(base "$1")" >"$dir/objects" 2>"$dir/unlisted" &
  listing=$!
  # a damaged object must not hide the others: the hash of a manifest is compared below, one by one
  bg store "$1" copy --ignore-checksum --transfers 16 --checkers 16 --include "/*/*/{$SMALL}.json" --include '/*/*/manifest.json.sha256' \
    "$(base "$1")" "$dir/files" 2>"$dir/errors" || copied=$?
  wait "$listing" || rc=$?
}

# all_read FOLDER: whether exactly those of the small objects were read that are in the listing.
all_read() {
  cmp -s <(jq -r --arg names "${SMALL//,/|}" '.[].Path | select(test("^[^/]+/[^/]+/((\($names))[.]json|manifest[.]json[.]sha256)$"))' "$1/objects" | LC_ALL=C sort) \
    <(find "$1/files" -type f -printf '%P\n' | LC_ALL=C sort)
}

# catalogs: sets CATALOG to all destinations, or to the one of --from.
catalogs() {
  local d files=()
  for d in "${DESTINATIONS[@]}"; do
    [[ -z $FROM || $d = "$FROM" ]] || continue
    catalog "$d"
    files+=("$CATALOG")
  done
  ((${#files[@]} > 1)) || return 0
  CATALOG=$WORK/catalog.json
  jq -cs 'add' "${files[@]}" >"$CATALOG"
}

# choose [ID|latest|random]: sets RUN_ID to a committed backup of DATABASE, by --at TIME the newest before it.
choose() {
  local at='' wanted=${1:-latest} found
  if [[ -n $AT ]]; then at=$(date -u -d "$AT" +%s) || die 64 "--at $AT: not a time"; fi
  if [[ $wanted != latest && $wanted != random ]]; then
    found=$(jq -r --arg id "$wanted" '[.[] | select(.state == "committed" and .id == $id) | .manifest.db] | first // empty' "$CATALOG")
    [[ -n $found ]] || die 66 "no committed backup $wanted"
    [[ $found = "$DATABASE" ]] || die 65 "backup $wanted is of database $found, not of $DATABASE"
    RUN_ID=$wanted
    return 0
  fi
  found=$(jq -r --arg stanza "$(stanza "$DATABASE")" --arg db "$DATABASE" --arg at "$at" '[.[] | select(.state == "committed" and .stanza == $stanza
    and .manifest.db == $db and ($at == "" or .epoch <= ($at | tonumber)))] | unique_by(.id) | sort_by(.epoch, .id)[] | .id' "$CATALOG")
  [[ -n $found ]] || die 66 "no committed backup of $DATABASE${AT:+ before $AT}"
  if [[ $wanted = random ]]; then RUN_ID=$(shuf -n 1 <<<"$found"); else RUN_ID=${found##*$'\n'}; fi
}

run_list() {
  make_work
  catalogs
  jq -c --arg db "$DATABASE" 'map(select(.state == "committed" and ($db == "" or .manifest.db == $db)) | {id, db: .manifest.db, kind: .manifest.kind,
    at: (.epoch | todate), bytes: ([.manifest.files[].size] | add), rows: .manifest.rows, tables: .manifest.tables, dest,
    drill: (if .drill then (if .drill.ok then "ok" else "failed" end) else "none" end), missing}) | sort_by(.at, .id)' "$CATALOG" >"$WORK/list"
  if [[ -n $JSON ]]; then cat "$WORK/list"; else
    jq -r '.[] | [.id, .db, .kind, .at, .bytes, .rows, .tables, .dest, "drill:" + .drill] | @tsv' "$WORK/list"
  fi
}

run_show() {
  [[ -n $ID ]] || die 64 'show which backup?'
  make_work
  catalogs
  jq -e --arg id "$ID" 'map(select(.state == "committed" and .id == $id)) | .[0] // empty | {dest, manifest, drill, missing}' "$CATALOG" >"$WORK/show" ||
    die 66 "no committed backup $ID"
  cat "$WORK/show"
}
