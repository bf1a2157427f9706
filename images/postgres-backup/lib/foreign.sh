# shellcheck shell=bash
# A dump that another tool has made. Its name says nothing: the format is found by content, one layer after the other.

run_restore_file() {
  local file=$ID kind layer=0
  [[ -n $INTO ]] || die 64 'restore-file PATH --into DATABASE'
  [[ -e $file ]] || die 66 "no file $file"
  DATABASE=$INTO
  make_work
  lock "$INTO"
  if exists "$INTO"; then die 65 "$INTO exists; --into wants the name of a new database"; fi
  while true; do
    kind=$(format_of "$file")
    say info "layer $((layer += 1)): $kind"
    ((layer < 9)) || die 65 'more than eight layers'
    case $kind in
      age)
        [[ -r ${BACKUP_AGE_IDENTITY_FILE:-} ]] || die 64 'BACKUP_AGE_IDENTITY_FILE cannot be read'
        bg age --decrypt -i "$BACKUP_AGE_IDENTITY_FILE" -o "$WORK/layer.$layer" "$file" || die 65 'it cannot be decrypted by this identity'
        ;;
      gzip) bg gzip -dc "$file" >"$WORK/layer.$layer" || die 65 'the gzip data is damaged' ;;
      zstd) bg zstd -q -d "$file" -o "$WORK/layer.$layer" || die 65 'the zstd data is damaged' ;;
      *) break ;;
    esac
    [[ $file != "$WORK"/* ]] || rm "$file"
    file=$WORK/layer.$layer
  done
  [[ $kind != unknown ]] || die 65 'not a dump of PostgreSQL'
  [[ $kind != cluster ]] || die 65 'a dump of a whole cluster: restore it by psql into an empty one'
  NEW_DATABASE=$INTO
  query "$MAINTENANCE" 'CREATE DATABASE :"name" TEMPLATE template0' -v name="$INTO"
  if [[ $kind = sql ]]; then bg restore_sql "$file"; else bg pg_restore --exit-on-error -d "$(conninfo "$INTO")" "$file" || die 65 'pg_restore failed'; fi
  bg query "$INTO" ANALYZE
  fact "$(jq -cn --arg kind "$kind" '{format: $kind}')"
  NEW_DATABASE=''
}

format_of() {
  local head
  if [[ -d $1 ]]; then
    if [[ -e $1/toc.dat ]]; then echo directory; else echo unknown; fi
    return
  fi
  head=$(head -c 4 "$1" | od -An -v -tx1 | tr -d ' \n')
  case $head in
    1f8b*) echo gzip ;;
    28b52ffd) echo zstd ;;
    5047444d) echo custom ;;
    6167652d) if [[ $(head -c 21 "$1") = age-encryption.org/v1 ]]; then echo age; else echo unknown; fi ;;
    *)
      if tar -tf "$1" toc.dat >/dev/null 2>&1; then
        echo tar
      elif head -c 4096 "$1" | grep -aq '^-- PostgreSQL database cluster dump'; then
        echo cluster
      elif head -c 4096 "$1" | grep -aq '^-- PostgreSQL database dump'; then
        echo sql
      else
        echo unknown
      fi
      ;;
  esac
}

# All or nothing, and in psql's restricted mode: a dump may not run programs. Its own \restrict would be refused in there.
restore_sql() {
  local token
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  tail -c 4096 "$1" | grep -aq '^-- PostgreSQL database dump complete' || die 65 'the SQL ends too early'
  {
    printf '\\restrict %s\n' "$token"
    sed -E '1,40{/^\\restrict [A-Za-z0-9]+$/d}; /^\\unrestrict [A-Za-z0-9]+$/d' "$1"
    printf '\\unrestrict %s\n' "$token"
  } | PGDATABASE=$INTO psql -Xq -v ON_ERROR_STOP=1 --single-transaction -f - >/dev/null || die 65 'psql failed'
}
