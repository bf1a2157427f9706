# Prometheus text from a catalog of all destinations.
include "retention";
def escape: tostring | gsub("\\\\"; "\\\\") | gsub("\""; "\\\"") | gsub("\n"; "\\n");
def metric($name; $labels; $value): "pgbackup_\($name)\(if $labels == {} then "" else "{" + ([$labels | to_entries[] | "\(.key)=\"\(.value | escape)\""] | join(",")) + "}" end) \($value)";
def committed: map(select(.state == "committed"));
def last: if length == 0 then null else max_by([.epoch, .id]) end;
def tier($format): map(select(.manifest.kind != "safety")) | group_by(.epoch | strftime($format)) | length;

. as $all
| [group_by([.dest, .stanza])[]
   | . as $these | .[0].dest as $dest | ([.[] | .manifest.db // .intent.db // empty] | first // .[0].stanza) as $db | {db: $db, dest: $dest} as $l
   | committed as $ok | ($ok | last) as $new | ([.[] | select(.epoch != null)] | last) as $newest | ([$ok[] | select(.drill)] | if length == 0 then null else max_by(.drill.at) end) as $drilled
   | ([$ok[] | select(.drill.ok == true)] | map(.drill.at) | max // 0) as $proven
   | (("scheduled", "manual", "safety") as $k | metric("last_commit_snapshot_timestamp_seconds"; $l + {kind: $k}; [$ok[] | select(.manifest.kind == $k) | .epoch] | max // 0)),
     metric("last_drill_success_timestamp_seconds"; $l + {engine: "logical"}; $proven),
     (if $drilled then metric("last_drill_ok"; $l + {engine: "logical"}; if $drilled.drill.ok then 1 else 0 end),
       ($drilled.drill.seconds | to_entries[] | metric("drill_seconds"; $l + {engine: "logical", phase: .key}; .value)) else empty end),
     metric("committed"; $l + {tier: "daily"}; $ok | tier("%Y-%m-%d")), metric("committed"; $l + {tier: "weekly"}; $ok | tier("%G-%V")),
     metric("committed"; $l + {tier: "monthly"}; $ok | tier("%Y-%m")), metric("committed"; $l + {tier: "safety"}; [$ok[] | select(.manifest.kind == "safety")] | length),
     metric("verified"; $l; [$ok[] | select(.drill.ok != false and (.missing | length) == 0)] | length),
     metric("drilled"; $l; [$ok[] | select(.drill.ok == true)] | length),
     metric("uncommitted_attempts"; $l; [$these[] | select(.state == "attempt" and .epoch != null and .epoch > $now - 7 * 86400)] | length),
     metric("damaged_manifests"; $l; [$these[] | select(.state == "damaged")] | length),
     metric("missing_objects"; $l; [$ok[].missing[]] | length),
     metric("oldest_timestamp_seconds"; $l; [$ok[].epoch] | min // 0),
     metric("last_exit"; $l + {phase: ($newest.failed.phase // ($newest.failed | if . then "failed" else "" end))}; if $newest.state == "committed" then 0 else ($newest.failed.rc // -1) end),
     metric("prune_refused"; $l + {reason: "clock"}; if (($ok | map(.epoch) | max) // 0) > $now + 3600 then 1 else 0 end),
     metric("clock_skew_seconds"; $l; [0, (($ok | map(.epoch) | max) // 0) - $now] | max),
     (if $new then ($new.manifest as $m
       | ($m.files[] | metric("last_bytes"; $l + {file: (.name | rtrimstr(".age"))}; .size)), metric("last_source_bytes"; $l; $m.source_bytes),
         metric("last_rows"; $l; $m.rows), metric("last_tables"; $l; $m.tables), metric("snapshot_held_seconds"; $l; $m.snapshot_held_seconds),
         metric("last_warnings"; $l; $m.warnings | length), metric("encrypted"; $l + {kind: $m.encryption, env: $env}; if $m.encryption == "none" then 0 else 1 end),
         ($m.seconds | to_entries[] | metric("run_seconds"; $l + {phase: .key}; .value))) else empty end)],
  [($dests[] | . as $dest | $expected[0][] | . as $db | select(any($all[]; .dest == $dest and (.manifest.db // .intent.db) == $db) | not)
    | metric("last_commit_snapshot_timestamp_seconds"; {db: $db, dest: $dest, kind: "scheduled"}; 0))],
  [($all | plans($now; $policy))[] | select(.plan.refused == "too-few-verified") | metric("prune_refused"; {db, dest, reason: .plan.refused}; 1)],
  [metric("webhook_failures_total"; {}; $webhooks), metric("status_generated_timestamp_seconds"; {}; $now)]
| .[]
