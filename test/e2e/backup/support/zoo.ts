/** A database with everything that backups are known to lose. */
export const ZOO = `
CREATE SCHEMA odd;
CREATE TABLE hidden (id int PRIMARY KEY, secret text);
INSERT INTO hidden SELECT g, md5(g::text) FROM generate_series(1, 50) g;
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
ALTER TABLE hidden FORCE ROW LEVEL SECURITY;
CREATE POLICY few ON hidden USING (id < 5);
SELECT lo_from_bytea(0, decode(repeat(md5(g::text), 200), 'hex')) FROM generate_series(1, 3) g;
CREATE UNLOGGED TABLE unlogged AS SELECT g FROM generate_series(1, 10) g;
CREATE TABLE parts (id int, at date, x text) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE parts_2 PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT g, '2020-06-01'::date + g * 10, 'p' || g FROM generate_series(1, 60) g;
CREATE TABLE parent (a int, x int); CREATE TABLE child (b int) INHERITS (parent);
INSERT INTO parent VALUES (1, 2); INSERT INTO child VALUES (3, 4, 5);
CREATE TABLE generated (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS IDENTITY);
INSERT INTO generated (a) SELECT g FROM generate_series(1, 20) g;
CREATE MATERIALIZED VIEW summary AS SELECT count(*) n FROM parts;
CREATE MATERIALIZED VIEW empty_summary AS SELECT count(*) n FROM parts WITH NO DATA;
CREATE VIEW seen WITH (security_barrier) AS SELECT id FROM hidden;
CREATE SEQUENCE odd."Seq 1" INCREMENT -3 MINVALUE -1000 MAXVALUE 9999 START 9 CYCLE;
SELECT nextval('odd."Seq 1"'), nextval('odd."Seq 1"');
CREATE TABLE odd."Tab ""le'x" ("Col umn" text, "select" int, x jsonb, t timestamptz DEFAULT now(), r float8, b bytea, n numeric, a int[], i interval);
INSERT INTO odd."Tab ""le'x" SELECT E'tab\\t\\nnew', g, '{"a": 1}', now(), random(), '\\x0001ff', 1.10, '{1,NULL}', '1 mon 2 days' FROM generate_series(1, 30) g;
CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT VALUES;
CREATE DOMAIN odd.positive AS int CHECK (VALUE > 0);
CREATE TYPE odd.mood AS ENUM ('sad', 'ok'); CREATE TYPE odd.pair AS (a int, b text);
CREATE TABLE typed (p odd.positive, m odd.mood, c odd.pair); INSERT INTO typed VALUES (1, 'ok', ROW(1, 'x'));
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
-- a comment inside
SET LOCAL work_mem = '5MB';
RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE INSERT ON hidden FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watching ON ddl_command_start EXECUTE FUNCTION watch();
CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'nowhere');
CREATE FOREIGN TABLE far_away (a int) SERVER far;
CREATE EXTENSION hstore; CREATE TABLE hashed (h hstore); INSERT INTO hashed VALUES ('a=>1');
COMMENT ON TABLE hidden IS 'it''s hidden'; COMMENT ON COLUMN hidden.secret IS 'a secret';
CREATE ROLE zookeeper NOLOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO zookeeper; GRANT USAGE ON SCHEMA odd TO zookeeper WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA odd GRANT SELECT ON TABLES TO zookeeper; ALTER TABLE typed OWNER TO zookeeper;
CREATE PUBLICATION everything FOR ALL TABLES; CREATE STATISTICS both_ ON a, b FROM generated; CREATE INDEX CONCURRENTLY lower_ ON hidden (lower(secret)) WHERE id > 3;
CREATE RULE quiet AS ON DELETE TO typed DO INSTEAD NOTHING; CREATE AGGREGATE odd.total (int) (SFUNC = int4pl, STYPE = int);
`;
