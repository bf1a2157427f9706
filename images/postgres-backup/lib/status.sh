# shellcheck shell=bash
# Metrics out of the bucket, never out of what a run believes of itself.

run_status() {
  local file=${BACKUP_METRICS_FILE:-}
  [[ -n $file ]] || die 64 'BACKUP_METRICS_FILE is empty'
  make_work
  catalogs
  # a configured database that has never had a backup is a zero, not a silence
  (databases >"$WORK/databases") 2>/dev/null || true
  as_names <"$WORK/databases" >"$WORK/expected"
  jq -L "$LIB" -r --argjson now "$(date +%s)" --argjson policy "$(policy)" --slurpfile expected "$WORK/expected" \
    --argjson dests "$(printf '%s\n' "${DESTINATIONS[@]}" | jq -Rnc '[inputs]')" --arg env "${BACKUP_ENVIRONMENT:-}" \
    --argjson webhooks "$(cat "$STAGING/webhook-failures" 2>/dev/null | wc -l)" -f "$LIB/status.jq" "$CATALOG" >"$WORK/metrics"
  [[ -z ${BACKUP_PITR_DESTINATION:-} ]] || (pitr_metrics) >>"$WORK/metrics"
  # two of them may run at once
  local new=$file.${WORK##*.}
  cp "$WORK/metrics" "$new"
  chmod 644 "$new"
  mv "$new" "$file"
}
