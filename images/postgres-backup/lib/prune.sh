# shellcheck shell=bash
# Deletes what the plan does not keep. A pruner needs no database and no key.

# All of them have been checked to be whole numbers.
policy() {
  printf '{"daily":%d,"weekly":%d,"monthly":%d,"yearly":%d,"minVerified":%d,"safetyDays":%d,"maxDeletes":%d,"gcDays":%d}' \
    "${BACKUP_KEEP_DAILY:-30}" "${BACKUP_KEEP_WEEKLY:-8}" "${BACKUP_KEEP_MONTHLY:-12}" "${BACKUP_KEEP_YEARLY:-0}" \
    "${BACKUP_MIN_VERIFIED:-7}" "${BACKUP_SAFETY_DAYS:-7}" "${BACKUP_MAX_DELETES:-3}" "${BACKUP_GC_DAYS:-7}"
}

run_prune() {
  local dest stanza what id deleted=0 refused=0
  make_work
  phase plan
  catalogs
  jq -L "$LIB" -r --argjson now "$(date +%s)" --argjson policy "$(policy)" --arg only "${DATABASE:+$(stanza "$DATABASE")}" 'include "retention";
    plans($now; $policy)[] | select($only == "" or .stanza == $only) | . as $s | .plan
    | (.delete[] | [$s.dest, $s.stanza, "delete", .]), (.gc[] | [$s.dest, $s.stanza, "gc", .]), (.refused // empty | [$s.dest, $s.stanza, "refused", .])
    | @tsv' "$CATALOG" >"$WORK/plan"
  phase delete
  while IFS=$'\t' read -r dest stanza what id; do
    if [[ $what = refused ]]; then
      say error "nothing of $stanza in $dest is deleted: $id"
      refused=1
      continue
    fi
    say info "$what $stanza/$id in $dest"
    # without its manifest it is no backup any more, whatever happens to the rest
    [[ $what = gc ]] || bg store "$dest" deletefile "$(base "$dest")/$stanza/$id/manifest.json" </dev/null || die 74 "destination $dest does not delete"
    bg store "$dest" delete --rmdirs "$(base "$dest")/$stanza/$id" </dev/null || die 74 "destination $dest does not delete"
    deleted=$((deleted + 1))
  done <"$WORK/plan"
  fact "{\"deleted\":$deleted}"
  ((refused == 0)) || die 73 'prune was refused'
}
