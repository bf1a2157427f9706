-- What a backup has to know of its database beyond what is in the archive. :"name" is set by whoever runs `create` and `properties`.
SELECT json_build_object(
  'server', current_setting('server_version_num')::int,
  'bootstrap', (SELECT format('%I', rolname) FROM pg_roles WHERE oid = 10),
  'source_bytes', pg_database_size(d.oid),
  'extensions', (SELECT coalesce(json_agg(json_build_object('name', extname, 'version', extversion) ORDER BY extname), '[]') FROM pg_extension),
  'create', format('CREATE DATABASE :"name" TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype)
    || CASE j ->> 'datlocprovider'
         WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(j ->> 'datlocale', j ->> 'daticulocale'))
           || coalesce(format(' ICU_RULES %L', j ->> 'daticurules'), '')
         WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j ->> 'datlocale')
         ELSE '' END || ';',
  'properties', format(E'ALTER DATABASE :"name" OWNER TO %I;\nALTER DATABASE :"name" CONNECTION LIMIT %s;\n', pg_get_userbyid(datdba), datconnlimit)
    || coalesce((SELECT string_agg(format(E'ALTER %s SET %I TO %s;\n',
          CASE setrole WHEN 0 THEN 'DATABASE :"name"' ELSE format('ROLE %I IN DATABASE :"name"', pg_get_userbyid(setrole)) END, split_part(s, '=', 1),
          CASE WHEN split_part(s, '=', 1) IN ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
            THEN coalesce(nullif(substr(s, strpos(s, '=') + 1), ''), '''''') ELSE quote_literal(substr(s, strpos(s, '=') + 1)) END), '' ORDER BY setrole, n)
        FROM pg_db_role_setting, unnest(setconfig) WITH ORDINALITY AS u (s, n) WHERE setdatabase = d.oid), '')
    || CASE WHEN datacl IS NULL THEN '' ELSE format(E'REVOKE ALL ON DATABASE :"name" FROM PUBLIC, %I;\n', pg_get_userbyid(datdba))
      || coalesce((SELECT string_agg(format(E'GRANT %s ON DATABASE :"name" TO %s%s;\n', privilege_type,
          CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), ''
          ORDER BY grantee, privilege_type) FROM aclexplode(datacl)), '') END
    || coalesce(format(E'COMMENT ON DATABASE :"name" IS %L;\n', shobj_description(d.oid, 'pg_database')), '')
) FROM pg_database d, to_jsonb(d) j WHERE datname = current_database()
