# shellcheck shell=bash
# Whether the data may go: each database has a backup that is new enough, is whole, and was not refuted.

run_guard() {
  local age=${BACKUP_GUARD_AGE:-86400} lacking
  make_work
  phase find
  catalogs
  # without a way to the server, `all` is what the bucket knows of
  if [[ -n $DATABASE || ${BACKUP_DATABASES:-all} != all || -n ${PGHOST:-} ]]; then
    databases >"$WORK/databases"
    as_names <"$WORK/databases" >"$WORK/expected"
  else
    jq 'map(.manifest.db // .intent.db // empty) | unique' "$CATALOG" >"$WORK/expected"
  fi
  lacking=$(jq -r --slurpfile expected "$WORK/expected" --argjson now "$(date +%s)" --argjson age "$age" --argjson proven "${BACKUP_GUARD_PROVEN:-false}" '
    . as $all | (if $expected[0] == [] then "there is no backup at all" else empty end),
    ($expected[0][] as $db
      | [$all[] | select(.state == "committed" and .manifest.db == $db and (.missing | length) == 0 and .drill.ok != false and (.drill.ok == true or ($proven | not))) | .epoch]
      | max as $newest | select($newest == null or $newest < $now - $age)
      | "\($db): " + if $newest then "the newest is of \($newest | todate)" else "there is none" end)' "$CATALOG" | paste -sd ';')
  [[ -z $lacking ]] || die 73 "no backup that is ${BACKUP_GUARD_PROVEN:+proven by a drill and }younger than $age s; $lacking; run backup${BACKUP_GUARD_PROVEN:+ and drill} first"
  fact "$(jq -c '{databases: length}' "$WORK/expected")"
}
