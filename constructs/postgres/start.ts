/**
 * What starts the server: on any image that has PostgreSQL's programs on its PATH and a POSIX shell, as any user.
 *
 * The steps that need a superuser run over a socket that only this script has, before anybody can connect. Roles, databases
 * and extensions are brought to what the program says at every start, so another password needs no more than that.
 *
 * @see https://www.postgresql.org/docs/current/app-initdb.html
 */
export const START = String.raw`#!/bin/sh
# Starts PostgreSQL: a certificate, a new cluster if there is none, roles and databases as setup.sql says, the server.
set -eu
umask 077
own=$(dirname "$0")
run=/var/run/postgresql
fail() { echo "ironhull: $1" >&2; exit 78; }

# initdb wants to know who it is; the official image brings the library for users that it does not know
if ! id -un >/dev/null 2>&1; then
	for library in /usr/lib/*/libnss_wrapper.so /usr/lib/libnss_wrapper.so; do
		[ -e "$library" ] || continue
		echo "postgres:x:$(id -u):$(id -g):PostgreSQL:/tmp:/bin/false" >/tmp/passwd
		echo "postgres:x:$(id -g):" >/tmp/group
		export LD_PRELOAD="$library" NSS_WRAPPER_PASSWD=/tmp/passwd NSS_WRAPPER_GROUP=/tmp/group
		break
	done
fi

# the server's certificate: the one of the secret, or a new one for each start
if [ "$TLS" = given ]; then
	cp "$TLS_CERT_FILE" "$run/server.crt"
	cp "$TLS_KEY_FILE" "$run/server.key"
	chmod 600 "$run/server.crt" "$run/server.key"
else
	command -v openssl >/dev/null || fail 'the image has no openssl to make a certificate with; give the database one (tls)'
	printf '[req]\ndistinguished_name = name\n[name]\n' >/tmp/openssl.cnf
	said=$(openssl req -x509 -config /tmp/openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$TLS_NAME" \
		-addext "subjectAltName=DNS:$TLS_NAME" -keyout "$run/server.key" -out "$run/server.crt" 2>&1) || fail "openssl makes no certificate: $said"
fi

# two servers never write to one volume, also where an engine starts the next container before the last one is gone
if command -v flock >/dev/null; then
	exec 9>"$PGDATA.lock"
	flock -w 120 9 || fail "another server has $PGDATA"
	# what a server left that was killed: its number may be another program's by now
	rm -f "$PGDATA/postmaster.pid"
fi

# what goes on beside the server makes itself ready, and does not hold the lock
if [ -e "$own/before-start.sh" ]; then
	/bin/sh "$own/before-start.sh" 9>&- || fail 'before-start.sh failed'
fi

for file in $PASSWORD_FILES; do
	[ -s "$file" ] || fail "$file holds no password"
done

# a cluster is there as a whole or not at all
major=$(postgres --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
if [ ! -e "$PGDATA/PG_VERSION" ]; then
	# what an interrupted start left behind
	rm -rf "$PGDATA.new"
	[ -z "$(ls -A "$PGDATA" 2>/dev/null)" ] || fail "$PGDATA holds something that is no cluster; look what it is, and move it away"
	[ ! -d "$PGDATA" ] || rmdir "$PGDATA"
	initdb --pgdata="$PGDATA.new" --username=postgres --pwfile="$SUPERUSER_PASSWORD_FILE" --auth=reject --data-checksums \
		--encoding=UTF8 --locale="$DATABASE_LOCALE" >/dev/null
	sync
	mv "$PGDATA.new" "$PGDATA"
fi
there=$(cat "$PGDATA/PG_VERSION")
[ "$there" = "$major" ] || fail "the data is of PostgreSQL $there and the image of $major: restore a backup into a new volume, or use pg_upgrade"

# nobody but this script can connect to it, and it keeps no statement: passwords are among them; data that was restored to a point in
# time is recovered up to it first
if [ ! -e "$PGDATA/standby.signal" ]; then
	stop() { pg_ctl --pgdata="$PGDATA" --mode=fast --wait --silent stop || true; }
	trap 'stop; exit 143' TERM INT
	# however long it takes to recover after a crash
	pg_ctl --pgdata="$PGDATA" --wait --timeout=604800 --silent --options="-c config_file=$own/postgresql.conf -c hba_file=$own/setup_hba.conf \
		-c listen_addresses='' -c unix_socket_directories=/tmp -c shared_preload_libraries='' -c log_statement=none \
		-c hot_standby=off -c archive_command='' \
		-c log_min_duration_statement=-1 -c log_min_error_statement=panic -c log_connections=off -c log_disconnections=off" start &
	wait $!
	# pg_ctl is content with one that still recovers to a point in time
	until pg_isready -q -h /tmp -U postgres; do
		pg_ctl --pgdata="$PGDATA" status >/dev/null || fail 'the data cannot be recovered; what the server said stands above'
		sleep 0.2
	done
	psql -X -q -h /tmp -U postgres -d postgres -v ON_ERROR_STOP=1 -f "$own/setup.sql" >/dev/null || { stop; fail 'setup.sql failed'; }
	stop
	trap - TERM INT
fi
unset LD_PRELOAD

exec postgres -D "$PGDATA" -c config_file="$own/postgresql.conf" -c hba_file="$own/pg_hba.conf" "$@"
`;
