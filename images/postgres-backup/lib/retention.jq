# Which backups of one database go. Pure: the same input gives the same plan, and `now` only decides whether the clock can be right.
# {now, policy: {daily, weekly, monthly, yearly, minVerified, safetyDays, maxDeletes, gcDays},
#  backups: [{id, kind, epoch, proven, refuted}], attempts: [{id, epoch}]}  →  {delete: [id], gc: [id], refused: null | reason}
def newest($n): sort_by(.epoch, .id) | reverse | .[:$n];

# of each of the newest $n periods that have backups, the oldest that no drill has refuted, or else the oldest
def periods($format; $n): [group_by(.epoch | strftime($format))[] | min_by([(.refuted == true), .epoch, .id])] | newest($n);

def plan:
  .policy as $p | .now as $now | .backups as $all | .attempts as $attempts
  | [$all[] | select(.refuted != true)] as $good | [$all[] | select(.kind != "safety")] as $regular
  | ($all | map(.epoch) | max) as $last | ([$now, $last] | min) as $reference
  | ($good | newest($p.minVerified) | map(.epoch) | min) as $since
  # what a drill says never makes one of the newest go: it does when there are so many newer ones that are not refuted
  | [($good | newest($p.minVerified)), [$all[] | select($since != null and .epoch >= $since)], ($regular | periods("%Y-%m-%d"; $p.daily)), ($regular | periods("%G-%V"; $p.weekly)),
     ($regular | periods("%Y-%m"; $p.monthly)), ($regular | periods("%Y"; $p.yearly)), ([$all[] | select(.proven == true)] | newest(1)),
     [$all[] | select(.kind == "safety" and .epoch > $reference - $p.safetyDays * 86400)]]
  | (map(map({key: .id, value: true})) | add | from_entries) as $keep
  | [$all[] | select($keep[.id] | not)] as $spare
  | if $last == null then {delete: [], gc: [], refused: null}
    elif $last > $now + 3600 then {delete: [], gc: [], refused: "clock"}
    elif ($good | length) < $p.minVerified then {delete: [], gc: [], refused: (if ($spare | length) > 0 then "too-few-verified" else null end)}
    else {delete: ($spare | sort_by(.epoch, .id) | map(.id) | .[:$p.maxDeletes]), refused: null} end
  | .gc = (if $last == null or .refused == "clock" then [] else
      [$attempts[]? | select(.epoch != null and .epoch < $reference - $p.gcDays * 86400)] | sort_by(.epoch, .id) | map(.id) | .[:$p.maxDeletes] end);

# The plans of everything in a catalog: [{dest, stanza, db, plan}]
def plans($now; $policy):
  group_by([.dest, .stanza]) | map({dest: .[0].dest, stanza: .[0].stanza, db: ([.[] | .manifest.db // .intent.db // empty] | first), plan: ({now: $now, policy: $policy,
    backups: [.[] | select(.state == "committed") | {id, kind: .manifest.kind, epoch, proven: (.drill.ok == true), refuted: (.drill.ok == false)}],
    attempts: [.[] | select(.state == "attempt") | {id, epoch}]} | plan)});
