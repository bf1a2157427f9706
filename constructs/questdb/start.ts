/**
 * What stands in front of the image's entry point: a folder for native libraries, and passwords that stand in files. QuestDB reads `QDB_…_PASSWORD_FILE`
 * by itself only in versions of 2026 and later; this way 8.2.1 has them in its own process, and nowhere that can be looked at.
 *
 * @see https://questdb.com/docs/configuration/overview/#secrets-from-files
 */
export const START = String.raw`#!/bin/sh
# Starts QuestDB: an empty folder for its native libraries, the passwords that stand in files, the entry point of the image.
set -eu
# what a server left that was killed
rm -rf "$NATIVE_LIBRARIES"
mkdir -p "$NATIVE_LIBRARIES"
for name in QDB_HTTP_PASSWORD QDB_PG_PASSWORD QDB_PG_READONLY_PASSWORD; do
	eval "file=\${${'$'}{name}_FILE:-}"
	[ -n "$file" ] || continue
	[ -s "$file" ] || { echo "ironhull: $file holds no password" >&2; exit 78; }
	password=$(cat "$file")
	export "$name=$password"
done
exec "$@"
`;
