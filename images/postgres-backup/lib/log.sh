# shellcheck shell=bash
# Events, phases, and the one way out.
DONE='' PHASE=start WORK='' ATTEMPT='' RUN_ID='' REPORT='{}' SOCKET='' PASSFILE='' NEW_DATABASE='' DRILL='' FETCHED='' SECONDS_OF='{}' PHASE_AT=$SECONDS LAST=()
declare -A SPENT

# One line of JSON on standard error. Messages never hold data of a table or a secret.
say() {
  jq -cn --arg ts "$(date -u +%FT%TZ)" --arg level "$1" --arg op "${VERB:-}" --arg db "${DATABASE:-}" --arg id "$RUN_ID" --arg phase "$PHASE" \
    --arg message "$2" '{ts:$ts,level:$level,op:$op,db:$db,id:$id,phase:$phase,message:$message} | with_entries(select(.value != ""))' >&2
}

die() {
  say error "$2"
  exit "$1"
}

# Ends the phase, keeps how long it took, and starts the next one.
phase() {
  local name all=''
  SPENT[$PHASE]=$((${SPENT[$PHASE]:-0} + SECONDS - PHASE_AT))
  for name in "${!SPENT[@]}"; do all+=",\"$name\":${SPENT[$name]}"; done
  SECONDS_OF={${all#,}}
  PHASE=$1 PHASE_AT=$SECONDS
}

# Adds facts (a JSON object) to the report of this run.
fact() { REPORT=$(jq -c --argjson more "$1" '. * $more' <<<"$REPORT"); }

# Runs a command in the background and waits for it, so that a signal is answered at once and not when the command has ended.
bg() {
  "$@" &
  wait $!
}

# A folder of this run in the staging volume. The lock on .alive says that its run lives; a later run sweeps what is not locked.
make_work() {
  local dir
  mkdir -p "$STAGING" || die 28 "the staging volume is not writable"
  sweep
  dir=$(mktemp -d "$STAGING/new.XXXXXX") || die 28 "the staging volume is not writable"
  exec {ALIVE}>"$dir/.alive"
  flock -n "$ALIVE"
  WORK=$STAGING/run.${dir##*.}
  mv "$dir" "$WORK"
  [[ -z ${PG_BACKUP_PARENT:-} ]] || ln -s "$WORK" "$PG_BACKUP_PARENT/child.${dir##*.}"
}

sweep() {
  local dir
  for dir in "$STAGING"/run.*/; do
    [[ ! -e $dir ]] || (flock -n 9 && throw_away "$dir") 9>>"$dir/.alive" || true
  done
  find "$STAGING" -maxdepth 1 -name 'new.*' -mmin +60 -exec rm -rf {} +
}

# Removes the folder of a run that has ended, with the server of a drill that has outlived it: all that it has is plain text. The number in
# its file may be another process's by now, in another container.
throw_away() {
  local pid
  if pid=$(head -n 1 "$1/pg/postmaster.pid" 2>/dev/null) && [[ /proc/$pid/cwd -ef $1/pg ]]; then
    pg_ctl -D "$1/pg" -m immediate -s stop >/dev/null 2>&1 9>&- || true
  fi
  # what else has outlived it may still make a file
  rm -rf "$1" 2>/dev/null || { sleep 1 && rm -rf "$1"; }
}

# Runs a command of this program that restores into a folder of its own, which goes with it also if it is killed.
child() {
  local rc=0
  PG_BACKUP_PARENT=$WORK bg "$SELF" "$@" || rc=$?
  clear_children
  return "$rc"
}

clear_children() {
  local dir
  for dir in "$WORK"/child.*; do [[ ! -e $dir ]] || throw_away "$(readlink "$dir")"; done
}

# Ends everything that this run has started: at once what answers, after 5 s what does not.
stop_jobs() {
  local job end=$((SECONDS + 5))
  [[ ! $VERB =~ ^(backup|drill|schedule)$ ]] || end=$((SECONDS + 15)) # these wait for runs that need their own 5 s
  stop_drill
  for job in $(jobs -p); do kill -TERM -- "-$job" 2>/dev/null; done
  while [[ -n $(jobs -rp) ]] && ((SECONDS < end)); do sleep 0.05; done
  for job in $(jobs -rp); do kill -KILL -- "-$job" 2>/dev/null; done
  wait
}

finish() {
  local rc=$?
  trap - EXIT
  trap '' TERM INT
  set +e
  if [[ -z $DONE && $rc = 0 ]]; then
    rc=70
    say error 'ended before the last line'
  fi
  case $rc in
    0 | 28 | 64 | 65 | 66 | 69 | 70 | 73 | 74 | 75 | 130 | 143) ;;
    *)
      say error "a command ended with $rc"
      rc=70
      ;;
  esac
  stop_jobs 2>/dev/null
  drop_unfinished
  clear_children
  [[ -z $WORK ]] || rm -rf "$WORK"
  [[ -z $SOCKET ]] || rm -rf "$SOCKET"
  [[ -z $PASSFILE ]] || rm -f "$PASSFILE"
  # a process that is killed for want of memory says the same as a backup that is bad: it counts as bad if it is said twice
  if [[ $VERB = drill-one && $rc = 65 && -n $FETCHED && -z ${PG_BACKUP_AGAIN:-} ]]; then
    say warning 'the drill is done once more, before the backup counts as bad'
    trap - TERM INT
    PG_BACKUP_AGAIN=yes exec "$SELF" drill-one "$RUN_ID" --database "$DATABASE" --from "$FROM"
  fi
  ENDED_IN=$PHASE
  phase end
  report "$rc"
  ((rc)) || ((${#LAST[@]} == 0)) || exec "${LAST[@]}"
  exit "$rc"
}

# The report: standard output, the attempt's failed.json, the webhook. Nothing in here changes the outcome.
report() {
  local outcome=success line event
  [[ $1 = 0 ]] || outcome=failure
  [[ $VERB =~ ^(backup-one|drill-one|restore|restore-file|prune|finalize|verify)$ ]] || return 0
  line=$(jq -cn --arg op "${VERB%-one}" --arg outcome "$outcome" --arg db "$DATABASE" --arg id "$RUN_ID" --argjson rc "$1" --arg phase "$([[ $1 = 0 ]] || printf '%s' "$ENDED_IN")" --argjson at "$(date +%s)" \
    --argjson report "$REPORT" --argjson seconds "$SECONDS_OF" '{op:$op,outcome:$outcome,rc:$rc,db:$db,id:$id,at:$at,phase:$phase,seconds:$seconds} + $report')
  printf '%s\n' "$line"
  if [[ -n $ATTEMPT && $outcome = failure ]]; then record_failure "$line" || true; fi
  if [[ $VERB = drill-one && $1 = 65 && -n $FETCHED ]]; then record_drill "$line" || true; fi
  for event in ${BACKUP_WEBHOOK_ON:-failure}; do
    [[ $event = "$outcome" || ($event = warning && $line =~ \"warnings\":\[\") ]] || continue
    webhook "$line"
    return 0
  done
}

webhook() {
  local code seconds=${BACKUP_WEBHOOK_TIMEOUT:-10}
  [[ -n ${BACKUP_WEBHOOK_URL_FILE:-} ]] || return 0
  # a redirect is not followed, since it would lose the report: it is a failure like any other answer than 2xx
  code=$(printf 'url = "%s"\n' "$(<"$BACKUP_WEBHOOK_URL_FILE")" |
    curl --config /dev/fd/3 -fsS --max-time "$seconds" --retry 2 --retry-max-time $((seconds * 2)) -H 'content-type: application/json' --data-binary @- \
      -o /dev/null -w '%{http_code}' 3<&0 <<<"$1") && [[ $code = *2?? ]] && return 0
  say warning 'the webhook failed'
  printf '%s\n' x >>"$STAGING/webhook-failures"
}
