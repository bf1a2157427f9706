# Everything attempted in one destination. $objects: rclone's listing; $bodies: path, tab, content; $sums: sha256sum of the manifests.
def lines: split("\n") | map(select(. != ""));
($sums | lines | map({key: .[66:], value: .[0:64]}) | from_entries) as $sum
| ($bodies | lines | map(index("\t") as $i | {key: .[0:$i], value: .[$i + 1:]}) | from_entries) as $body
| def json($path): $body[$path] // "" | try fromjson catch null | if type == "object" then . else null end;
[$objects[0][] | (.Path | split("/")) as $p | select(($p | length) == 3) | {stanza: $p[0], id: $p[1], name: $p[2], size: .Size}]
| group_by([.stanza, .id])
| map(
    .[0] as $o | "./\($o.stanza)/\($o.id)/" as $at
    | (map({key: .name, value: .size}) | from_entries) as $have
    | json($at + "manifest.json") as $m | json($at + "intent.json") as $intent
    | ($body[$at + "manifest.json.sha256"] // "" | .[0:64]) as $said
    | (if $have["manifest.json"] == null then "attempt"
       elif $m != null and $m.commit == true and $m.id == $o.id and ($m.epoch | type) == "number" and $said == $sum[$at + "manifest.json"] then "committed"
       else "damaged" end) as $state
    | {dest: $dest, stanza: $o.stanza, id: $o.id, state: $state,
       epoch: (if $state == "committed" then $m.epoch else ($o.id[0:16] | try strptime("%Y%m%dT%H%M%SZ") catch null | if . then mktime else null end) end),
       manifest: (if $state == "committed" then $m else null end), intent: $intent, failed: json($at + "failed.json"), drill: json($at + "drill.json"),
       missing: (if $state == "committed" then [$m.files[] | select($have[.name] != .size) | .name] else [] end)})
