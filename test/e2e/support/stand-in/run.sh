#!/bin/sh
# Stands in for Grafana: it starts with the password of its file only.
[ -s "${GF_SECURITY_ADMIN_PASSWORD__FILE:?}" ] && [ -w /var/lib/grafana ] || { echo 'no password, or no data' >&2; exit 1; }
PROBE_PORTS=3000 exec /probe
