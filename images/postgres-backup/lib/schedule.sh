# shellcheck shell=bash
# What stays up. UTC unless TZ says otherwise: in a zone with daylight saving, 02:00 is skipped once and done twice once a year.

run_schedule() {
  local file limit=''
  file=$(mktemp "$TMP/pg-backup-crontab.XXXXXX")
  ((${BACKUP_DEADLINE:-0} == 0)) || limit="timeout -k 60 $BACKUP_DEADLINE "
  [[ -n ${BACKUP_CRON:-}${BACKUP_DRILL_CRON:-}${BACKUP_PRUNE_CRON:-}${BACKUP_PITR_DRILL_CRON:-} ]] || die 64 'none of BACKUP_CRON, BACKUP_DRILL_CRON, BACKUP_PRUNE_CRON is set'
  {
    [[ -z ${BACKUP_CRON:-} ]] || printf '%s %s%s\n' "$BACKUP_CRON" "$limit" "$SELF backup --kind scheduled"
    [[ -z ${BACKUP_DRILL_CRON:-} ]] || printf '%s %s%s\n' "$BACKUP_DRILL_CRON" "$limit" "$SELF drill ${BACKUP_DRILL_TARGET:-latest}"
    [[ -z ${BACKUP_PRUNE_CRON:-} ]] || printf '%s %s\n' "$BACKUP_PRUNE_CRON" "$SELF prune"
    [[ -z ${BACKUP_PITR_DRILL_CRON:-} ]] || printf '%s %s%s\n' "$BACKUP_PITR_DRILL_CRON" "$limit" "$SELF pitr-drill"
    [[ -z ${BACKUP_METRICS_FILE:-} ]] || printf '%s %s\n' "${BACKUP_STATUS_CRON:-*/5 * * * *}" "$SELF status"
  } >"$file"
  check_crontab "$file"
  trap - EXIT TERM INT
  TZ=${TZ:-UTC} exec supercronic -passthrough-logs "$file"
}

check_crontab() { supercronic -test "$1" 2>"$1.log" || die 64 "$(tail -n 3 "$1.log")"; }

# For commands that an operator runs in it.
run_idle() {
  trap - EXIT TERM INT
  exec sleep infinity
}

# The metrics over HTTP, looked up anew every five minutes. What was found last stays while a destination does not answer: its age tells.
run_serve() {
  local file=${BACKUP_METRICS_FILE:-} server
  [[ $file = *.txt ]] || die 64 'BACKUP_METRICS_FILE must end in .txt, which is served as text'
  mkdir -p "${file%/*}"
  RCLONE_CONFIG='' rclone serve http "${file%/*}" --addr ":${BACKUP_METRICS_PORT:-9188}" --read-only --dir-cache-time 1s --quiet &
  server=$!
  while kill -0 "$server" 2>/dev/null; do
    bg "$SELF" status || say warning "the state of the backups cannot be found out: status ended with $?"
    bg sleep "${BACKUP_STATUS_INTERVAL:-300}"
  done
  die 70 'the HTTP server has ended'
}
