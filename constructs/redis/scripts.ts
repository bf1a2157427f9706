/**
 * What runs in the containers: on any image that has Redis 7, a POSIX shell and coreutils, as any user. Passwords come from files and
 * stay in memory: users know their hash, and what the servers log in with stands on a tmpfs.
 */

/** Where the scripts and the configuration stand in each container. */
export const OWN = '/etc/ironhull/redis';
/** A tmpfs: the socket, and the files that are made at each start. */
export const RUN = '/run/redis';
/** The volume. */
export const DATA = '/data';
/** Time without an answer after which a Sentinel takes a server for gone, in milliseconds. */
const DOWN_AFTER = 5000;

const HEAD = String.raw`set -eu
umask 077
own=${OWN} run=${RUN}
fail() { echo "ironhull: $1" >&2; exit 78; }
# read_password FILE: sets password, which is neither missing nor empty; a user with an empty one could be anybody
read_password() {
	password=$(cat "$1") && [ -n "$password" ] || fail "$1 holds no password, or cannot be read"
}
# as a value of Redis' configuration
quoted() { printf '"%s"' "$(printf %s "$password" | sed 's/[\\"]/\\&/g')"; }
`;

/**
 * The programs by which scripts speak with servers. The password goes in with the commands: what runs for a moment shows it neither in its
 * arguments nor in its environment. A server that does not answer says nothing, and costs five seconds and no more.
 */
const SPEAK = String.raw`speak() {
	{
		printf 'AUTH admin "%s"\n' "$(sed 's/[\"]/\\&/g' "$ADMIN_PASSWORD_FILE")"
		echo "$command"
	} | timeout 5 redis-cli "$@" 2>/dev/null | tail -n +2
}
# here COMMAND...
here() {
	command=$*
	speak -s ${RUN}/redis.sock
}
# there HOST PORT COMMAND...
there() {
	host=$1 port=$2
	shift 2
	command=$*
	set -- -h "$host" -p "$port"
	[ "$TLS" = no ] || set -- "$@" --tls --cacert "$TLS_CA_FILE"
	speak "$@"
}
`;

/** Ends a start that would lose the data. */
const KEPT = `# a server with a log looks at no snapshot, and the other way round: it would start empty, and write that down
kept=${DATA}/persistence
[ -e "$kept" ] || [ "$PERSISTENCE" != aof ] || [ ! -e ${DATA}/dump.rdb ] || [ -e ${DATA}/appendonlydir ] || echo snapshot >"$kept"
[ ! -s "$kept" ] || [ "$(cat "$kept")" = "$PERSISTENCE" ] ||
	fail "the data was kept as $(cat "$kept") and is to be kept as $PERSISTENCE: see 'Another persistence' in the README of Redis"
echo "$PERSISTENCE" >"$kept"`;

/** The same for a server that is started by somebody else, in front of it. @param persistence how data is to be kept */
export const keptAs = (persistence: string) => `set -eu
PERSISTENCE=${persistence}
fail() { echo "$*" >&2; exit 78; }
${KEPT}
`;

/** Starts a server. */
export const START = String.raw`#!/bin/sh
# Starts Redis: its users with the hashes of their passwords, what must stand in no file that is kept, the server.
${HEAD}
: >"$run/users.acl"
while read -r name file rules; do
	read_password "$file"
	hash=$(printf %s "$password" | sha256sum | cut -c 1-64)
	printf 'user %s on sanitize-payload #%s %s\n' "$name" "$hash" "$rules" >>"$run/users.acl"
done <"$own/users"
read_password "$ADMIN_PASSWORD_FILE"
{
	echo "include $own/redis.conf"
	echo 'masteruser admin'
	printf 'masterauth %s\n' "$(quoted)"
} >"$run/redis.conf"
${KEPT}
rm -f "$run/ready"
[ ! -e "$own/gather.sh" ] || echo "cluster-announce-hostname $NODE" >>"$run/redis.conf"
if [ -e "$own/primary.sh" ]; then
	echo "replica-announce-ip $NODE" >>"$run/redis.conf"
	primary=$(/bin/sh "$own/primary.sh")
	[ "$primary" = "$NODE" ] || echo "replicaof $primary 6379" >>"$run/redis.conf"
fi
# it ends with the server, since that is what the container waits for
[ ! -e "$own/gather.sh" ] || /bin/sh "$own/gather.sh" &
exec redis-server "$run/redis.conf"
`;

/** Tells whether a server is well. One that loads what another sent, or runs a long script, is busy and not ill. */
export const HEALTH = `#!/bin/sh
# Whether the server answers. At its start it also has to have loaded its data. The last of several is ready when they are one thing:
# it alone, since where others look for an address they are told of those that are ready.
set -u
${SPEAK}
case $(here ping) in
PONG)
	if [ ! -e ${RUN}/ready ]; then
		case $WAITS in
		cluster) [ -e ${DATA}/formed ] || exit 1 ;;
		copies)
			# once they were there it is no business of its own that they are
			[ -e ${DATA}/formed ] || {
				here sentinel replicas primary | grep -A 1 '^master-link-status$' | grep -q '^ok$' || exit 1
				: >${DATA}/formed
			}
			;;
		esac
		: >${RUN}/ready
	fi
	;;
LOADING* | BUSY* | MASTERDOWN*) [ -e ${RUN}/ready ] ;;
*) exit 1 ;;
esac
`;

/** Prints which server is written to, once a majority of the Sentinels says so. */
export const PRIMARY = `#!/bin/sh
# Which server is written to: what a majority of the Sentinels says. Until they say it nobody knows, and nothing starts.
set -u
${SPEAK}
while :; do
	name=$(for sentinel in $SENTINELS; do there "$sentinel" 26379 sentinel get-master-addr-by-name primary | head -n 1; done |
		sort | uniq -c | awk -v quorum="$QUORUM" '$1 >= quorum { print $2 }')
	[ -z "$name" ] || break
	sleep 1
done
echo "$name"
`;

/**
 * Starts a Sentinel. Who is written to outlives it; its passwords do not. Copies and other Sentinels are usually learnt from the server that
 * is written to: all are named here, since after a full restart it may be the one that is lost.
 */
export const SENTINEL = `#!/bin/sh
# Starts a Sentinel, which goes on with the server that it knew last.
${HEAD}${SPEAK}
data=${DATA}
hash() { printf %s "$password" | sha256sum | cut -c 1-64; }
# whoever has a name stays the same Sentinel, wherever it is
id() { printf %s "$1" | sha256sum | cut -c 1-40; }
read_password "$DEFAULT_PASSWORD_FILE"
default=$(hash)
read_password "$ADMIN_PASSWORD_FILE"
# with the epoch of the change, by which Sentinels know whose word is newer
primary=$FIRST epoch=0
[ ! -s "$data/primary" ] || read -r primary epoch <"$data/primary"
{
	cat "$own/sentinel.conf"
	echo "user default on #$default allchannels $DEFAULT_RULES"
	echo "user admin on #$(hash) allchannels +@all"
	echo 'sentinel sentinel-user admin'
	echo "sentinel sentinel-pass $(quoted)"
	echo "sentinel announce-ip $NODE"
	echo 'sentinel announce-port 26379'
	echo "sentinel myid $(id "$NODE")"
	echo "sentinel monitor primary $primary 6379 $QUORUM"
	echo 'sentinel auth-user primary admin'
	echo "sentinel auth-pass primary $(quoted)"
	echo "sentinel config-epoch primary $epoch"
	echo "sentinel current-epoch $epoch"
	cat "$own/primary.conf"
	for node in $NODES; do [ "$node" = "$primary" ] || echo "sentinel known-replica primary $node 6379"; done
	for other in $SENTINELS; do [ "$other" = "$NODE" ] || echo "sentinel known-sentinel primary $other 26379 $(id "$other")"; done
	# a Sentinel wants a program, which neither files of the configuration nor a tmpfs can be
	echo "sentinel client-reconfig-script primary $data/moved.sh"
} >"$run/sentinel.conf"
cp "$own/moved.sh" "$data/moved.sh"
chmod 700 "$data/moved.sh"
# where all were away, the server that was written to has a minute to come back and tell who it is: it may know more than its copies. In the
# background, and nobody's child: a Sentinel takes its own for such programs
(
	{
		end=$(($(date +%s) + 60))
		until [ "$(date +%s)" -ge "$end" ] || here sentinel master primary | grep -A 1 '^runid$' | grep -Eq '^[0-9a-f]{40}$'; do
			sleep 1
		done
		until here sentinel set primary down-after-milliseconds ${DOWN_AFTER} | grep -qx OK; do sleep 1; done
	} &
)
exec redis-server "$run/sentinel.conf" --sentinel
`;

/** Runs when another server is written to: arguments are name, role, state, and the addresses from and to. */
export const MOVED = `#!/bin/sh
# Remembers which server is written to, and since which epoch.
set -eu
${SPEAK}
epoch=$(here sentinel master primary | grep -A 1 '^config-epoch$' | tail -n 1)
[ -n "$epoch" ] || epoch=0
echo "$6 $epoch" >${DATA}/primary.new
sync ${DATA}/primary.new 2>/dev/null || sync
mv ${DATA}/primary.new ${DATA}/primary
`;

/**
 * Beside each node of a cluster: it looks for those that it lost, since addresses change; makes one cluster of them at the beginning;
 * and gives a node that came back without its data a server to copy.
 */
export const GATHER = String.raw`#!/bin/sh
# Keeps the nodes of the cluster together, as long as this one runs.
set -u
${SPEAK}
# the address of a node, as it says itself: images need not have a program that looks up names
address() { there "$1" 6379 client info | sed -n 's/.* laddr=\([^ ]*\):[0-9]* .*/\1/p' | tr -d '[]'; }
well='$3 !~ /fail|handshake|noaddr/'
# known NAME: whether this node is connected to it
known() { echo "$nodes" | awk -v name="$1" "$well"' && $8 == "connected" { split($2, at, ","); if (at[2] == name) found = 1 } END { exit !found }'; }
# nodes that neither have keys nor copy one that has, in the order of all
empty() {
	found=$(echo "$nodes" | awk "$well"' && $3 ~ /master/ && NF < 9 { split($2, at, ","); print at[2] }')
	for each in $NODES; do ! echo "$found" | grep -qx "$each" || echo "$each"; done
}
# the one with the fewest copies, the first of several
poorest() {
	echo "$nodes" | awk -v order="$NODES" 'BEGIN { split(order, all, " "); for (at in all) rank[all[at]] = at + 0 }
		'"$well"' && $3 ~ /master/ && NF >= 9 { split($2, at, ","); ranks[$1] = rank[at[2]] }
		'"$well"' && $3 ~ /slave/ { copies[$4]++ }
		END {
			for (id in ranks)
				if (best == "" || copies[id] + 0 < copies[best] + 0 || (copies[id] + 0 == copies[best] + 0 && ranks[id] < ranks[best])) best = id
			print best
		}'
}
assigned() { here cluster info | sed -n 's/^cluster_slots_assigned:\([0-9]*\).*/\1/p'; }
# on NODE COMMAND...: a Swarm knows no address of this one until it is well
on() {
	node=$1
	shift
	if [ "$node" = "$NODE" ]; then here "$@"; else there "$node" 6379 "$@"; fi
}
# form: one more step towards a cluster of all nodes; each can be done again
form() {
	if [ "$(assigned)" != 16384 ]; then
		at=0
		for node in $NODES; do
			[ "$at" -lt "$SHARDS" ] || break
			on "$node" cluster addslotsrange $((at * 16384 / SHARDS)) $(((at + 1) * 16384 / SHARDS - 1)) >/dev/null
			at=$((at + 1))
		done
		return
	fi
	node=$(empty | head -n 1)
	if [ -z "$node" ]; then : >${DATA}/formed; else on "$node" cluster replicate "$(poorest)" >/dev/null; fi
}
lonely=0 pause=1
while sleep "$pause"; do
	pause=1
	nodes=$(here cluster nodes)
	[ -n "$nodes" ] || continue
	whole=yes
	for node in $NODES; do
		if [ "$node" = "$NODE" ] || known "$node"; then continue; fi
		whole=no
		ip=$(address "$node")
		[ -z "$ip" ] || here cluster meet "$ip" 6379 >/dev/null
	done
	if [ "$WAITS" = cluster ] && [ ! -e ${DATA}/formed ]; then
		[ "$whole" = no ] || form
		continue
	fi
	# one that lost its data: the others have what it had
	if [ ! -e ${DATA}/hold ] && [ "$(assigned)" = 16384 ] && empty | grep -qx "$NODE"; then
		lonely=$((lonely + 1))
		[ "$lonely" -lt 15 ] || here cluster replicate "$(poorest)" >/dev/null
	else
		lonely=0
		[ "$whole" = no ] || pause=5
	fi
done
`;

/** Starts the exporter: it takes a password in a file of JSON, or in its environment where anybody can see it. */
export const EXPORTER = String.raw`#!/bin/sh
# Starts the exporter with the password of its file.
set -eu
umask 077
[ -s "$PASSWORD_FILE" ] || { echo "ironhull: $PASSWORD_FILE holds no password" >&2; exit 78; }
# it looks the password up by the address with the user in it, and takes a user in the address itself for a password
printf '{"%s":"%s"}\n' "$(echo "$REDIS_ADDR" | sed "s#://#&$REDIS_USER@#")" "$(sed 's/[\\"]/\\&/g' "$PASSWORD_FILE")" >/tmp/passwords.json
export REDIS_PASSWORD_FILE=/tmp/passwords.json
unset PASSWORD_FILE
exec /redis_exporter
`;
