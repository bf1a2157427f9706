-- One line of JSON for each table: how many rows, and a hash of them that does not depend on their order. The same text on both
-- sides of a restore. Variables: mode (full or counts), snapshot (optional). Tables of extensions are the extensions' business.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
\if :{?snapshot}
SET TRANSACTION SNAPSHOT :'snapshot';
\endif
SET LOCAL search_path = pg_catalog;
SELECT format(CASE :'mode' WHEN 'counts' THEN 'SELECT json_build_object(''t'', %L::text, ''n'', count(*)) FROM ONLY %I.%I'
  ELSE 'SELECT json_build_object(''t'', %L::text, ''n'', count(*), ''h'', coalesce(sum(hashtextextended(ROW(x.*)::text, 0)::numeric), 0)::text) FROM ONLY %I.%I x' END,
  format('%I.%I', nspname, relname), nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND relpersistence IN ('p', 'u') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY format('%I.%I', nspname, relname) COLLATE "C" \gexec
SELECT count(*) > 0 AS large, count(*) AS larges FROM pg_largeobject_metadata \gset
\if :large
-- pages without their trailing zeros: a page that was never written comes back from a restore as zeros
SELECT json_build_object('t', '(large objects)', 'n', :larges, 'h',
  coalesce(sum(hashtextextended(loid || ':' || pageno || ':' || encode(rtrim(data, '\x00'::bytea), 'hex'), 0)::numeric), 0)::text)
FROM pg_largeobject WHERE length(rtrim(data, '\x00'::bytea)) > 0;
\endif
COMMIT;
