-- Where each sequence stands, in the words of pg_dump.
SET search_path = pg_catalog;
SELECT format('SELECT %L || last_value || '', '' || is_called || '');'' FROM %I.%I',
  'SELECT pg_catalog.setval(''' || replace(format('%I.%I', nspname, relname), '''', '''''') || ''', ', nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'S' AND nspname !~ '^pg_' \gexec
