# shellcheck shell=bash
# Talking to PostgreSQL.

# query DATABASE SQL [psql-argument...]: the name comes by the environment, since libpq reads an argument such as a=b as a connection string
query() {
  local database=$1 sql=$2
  shift 2
  PGDATABASE=$database psql -XqAt -v ON_ERROR_STOP=1 "$@" -f - <<<"$sql"
}

# The connection string for a database, for tools that want one.
conninfo() {
  local name=${1//\\/\\\\}
  printf "dbname='%s'" "${name//\'/\\\'}"
}

# session NAME DATABASE: a psql that lives as long as the run. `ask NAME SQL` sends to it and sets REPLY.
declare -A SESSION_IN SESSION_OUT
session() {
  local in out
  mkfifo "$WORK/$1.in" "$WORK/$1.out"
  PGDATABASE=$2 psql -XqAt -v ON_ERROR_STOP=1 -f - <"$WORK/$1.in" >"$WORK/$1.out" &
  exec {in}>"$WORK/$1.in" {out}<"$WORK/$1.out"
  SESSION_IN[$1]=$in SESSION_OUT[$1]=$out
}

ask() {
  local line
  REPLY=''
  { printf "%s;\nSELECT '--end';\n" "$2" >&"${SESSION_IN[$1]}"; } 2>/dev/null || die 69 'the connection to the database was lost'
  while true; do
    IFS= read -r line <&"${SESSION_OUT[$1]}" || die 69 'the database does not answer, or the connection to it was lost'
    [[ $line != --end ]] || return 0
    REPLY+=${REPLY:+$'\n'}$line
  done
}

# One run for each database at a time, on whatever host. The lock is the session's: it goes when the run does, however it ends.
lock() {
  [[ -z ${PG_BACKUP_LOCKED:-} ]] || return 0
  session lock "$MAINTENANCE"
  ask lock "SELECT pg_try_advisory_lock(hashtext('pg-backup'), hashtext($(literal "$1")))"
  [[ $REPLY = t ]] || die 75 'another run has the lock'
}

# Whether the lock is still held: a server that was restarted has forgotten it.
still_locked() { [[ -n ${PG_BACKUP_LOCKED:-} ]] || ask lock 'SELECT 1'; }

literal() { printf "E'%s'" "$(sed "s/\\\\/\\\\\\\\/g; s/'/''/g" <<<"$1")"; }
