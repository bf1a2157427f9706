# The manifest, from the list of files. What differs much from the backup before is a warning.
($describe[0]) as $d
| {commit: true, version: 1, id: $id, db: $db, kind: $kind, epoch: $epoch, at: ($epoch | todate), lsn: $lsn, encryption: $encryption, files: .}
  + $d
  + {rows: ([$fingerprint[] | select(.t != "(large objects)") | .n] | add // 0), tables: ([$fingerprint[] | select(.t != "(large objects)")] | length),
     fingerprint_mode: $mode, fingerprint: $fingerprint, sequences: ($sequences | split("\n") | map(select(. != "")) | sort),
     seconds: $seconds, snapshot_held_seconds: $held, tools: {pg_dump: $pg_dump}}
| . as $new
| ([$catalog[0][] | select(.state == "committed" and .manifest.db == $db) | .manifest] | sort_by(.epoch) | last) as $old
| def bytes: [.files[] | select(.name | startswith("db.dump")) | .size] | add;
  .warnings = (if $old == null then [] else
    (if $mode != "none" and $old.fingerprint_mode != "none" and $new.rows < $rows_ratio * $old.rows then ["rows fell from \($old.rows) to \($new.rows)"] else [] end)
    + (if ($new | bytes) < $bytes_ratio * ($old | bytes) then ["the dump fell from \($old | bytes) to \($new | bytes) bytes"] else [] end)
    + ([$old.fingerprint[].t] - [$new.fingerprint[].t] | if $mode != "none" and length > 0 then ["tables are gone: \(.[0:20] | join(", "))"] else [] end)
  end)
