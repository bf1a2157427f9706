import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUCKET, CANARY, type Lab } from './lab';

/** A line of `list --json`. */
export interface Listed {
  readonly id: string;
  readonly db: string;
  readonly kind: string;
  readonly rows: number;
  readonly drill: string;
  readonly missing: readonly string[];
}

/** Two tables with a canary, a sequence and an index. */
export const SHOP = `CREATE TABLE orders (id serial PRIMARY KEY, item text NOT NULL, price numeric(9,2));
  INSERT INTO orders (item, price) SELECT '${CANARY} ' || md5(g::text), g / 7.0 FROM generate_series(1, 1500) g;
  CREATE TABLE people (id int PRIMARY KEY, name text UNIQUE);
  INSERT INTO people SELECT g, '${CANARY} ' || g FROM generate_series(1, 200) g;`;

/**
 * The invariant: every backup that is listed restores to a content that its database really had, and no backup that could be
 * restored is gone. It uses neither the runner's fingerprint nor its restore, but age, pg_restore and a hash of its own. A backup
 * is restored once; after that it is enough that not one of its bytes has changed.
 */
export class Ledger {
  /** Contents that each database has had. */
  private readonly contents = new Map<string, Set<string>>();
  /** Hashes of the stored bytes of backups that have been restored here. */
  private readonly good = new Map<string, string>();
  /** Backups that a test has damaged on purpose: to be found by others, not to be restored here. */
  readonly damaged = new Set<string>();
  /** Backups that were deleted as planned. */
  readonly deleted = new Set<string>();
  private scratch = 0;

  constructor(
    private readonly lab: Lab,
    private readonly prefix = 'p/x',
  ) {}

  /** One hash over all rows of all tables, sequences, and large objects. */
  async content(database: string): Promise<string> {
    const text = await this.lab.sql(
      `SET timezone = UTC; SET extra_float_digits = 1;
       SELECT format('SELECT %L, count(*), md5(coalesce(string_agg(x.*::text, E''\\n'' ORDER BY x.*::text COLLATE "C"), '''')) FROM ONLY %I.%I x', nspname || '.' || relname, nspname, relname)
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       ORDER BY nspname, relname \\gexec
       SELECT md5(coalesce(string_agg(oid || md5(lo_get(oid)), '' ORDER BY oid), '')) FROM pg_largeobject_metadata;`,
      database,
    );
    return createHash('sha256').update(text).digest('hex');
  }

  /** To be said before a run, and after whatever changes the database; its content. */
  async saw(database = 'shop'): Promise<string> {
    const seen = this.contents.get(database) ?? new Set();
    const content = await this.content(database);
    this.contents.set(database, seen.add(content));
    return content;
  }

  /** How many backups have been restored and compared. */
  get restored(): number {
    return this.good.size;
  }

  /** Whether a database has ever had this content. */
  has(database: string, content: string): boolean {
    return this.contents.get(database)?.has(content) === true;
  }

  async list(database?: string): Promise<Listed[]> {
    const ended = await this.lab.run(['list', '--json', ...(database ? ['--database', database] : [])]);
    if (ended.code !== 0) throw new Error(`list ended with ${ended.code}: ${ended.stderr}`);
    return JSON.parse(ended.stdout) as Listed[];
  }

  /** How many manifests with their hash there are on the server's disk, without asking the runner. */
  committed(database?: string): number {
    const root = join(this.lab.objects, BUCKET, this.prefix);
    if (!existsSync(root)) return 0;
    const folders = database ? [this.folder(database)] : readdirSync(root).map((name) => join(root, name));
    return folders
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => readdirSync(folder).map((id) => join(folder, id, 'manifest.json')))
      .filter((file) => existsSync(file) && existsSync(`${file}.sha256`))
      .filter((file) => createHash('sha256').update(readFileSync(file)).digest('hex') === readFileSync(`${file}.sha256`, 'utf8').trim())
      .length;
  }

  /** Checks the invariant; how many backups of the database are listed. */
  async check(database = 'shop'): Promise<number> {
    return (await this.checked()).filter(({ db }) => db === database).length;
  }

  /** Checks the invariant; `except` says of backups that are gone whether they may be. */
  async checked(except: (gone: string, left: readonly Listed[]) => boolean = () => false): Promise<Listed[]> {
    const all = await this.list();
    const ids = new Set(all.map(({ id }) => id));
    for (const id of this.good.keys()) {
      if (ids.has(id) || this.deleted.has(id)) continue;
      if (!except(id, all)) throw new Error(`backup ${id} is gone`);
      this.deleted.add(id);
    }
    for (const { id, db } of all) {
      if (this.damaged.has(id)) continue;
      const bytes = this.bytes(db, id);
      const before = this.good.get(id);
      if (before === undefined) {
        await this.restores(db, id);
        this.good.set(id, bytes);
      } else if (before !== bytes) {
        // a program that outlived its killed run may be deleting it, as planned
        const left = await this.list();
        if (left.some((one) => one.id === id)) throw new Error(`the bytes of backup ${id} have changed`);
        if (!except(id, left)) throw new Error(`backup ${id} is gone`);
        this.deleted.add(id);
      }
    }
    this.findCanary();
    return all;
  }

  private async restores(db: string, id: string): Promise<void> {
    const scratch = `scratch_${this.scratch++}`;
    const plain = join(this.lab.dir, scratch);
    const sealed = this.file(db, id, 'db.dump.age');
    await this.lab.must('age', ['-d', '-i', join(this.lab.dir, 'identity'), '-o', plain, sealed]);
    await this.lab.sql(`CREATE DATABASE ${scratch} TEMPLATE template0`, 'postgres');
    await this.lab.must('pg_restore', ['--exit-on-error', '-d', scratch, plain]);
    const content = await this.content(scratch);
    await this.lab.sql(`DROP DATABASE ${scratch}`, 'postgres');
    await this.lab.must('rm', [plain]);
    if (!this.contents.get(db)?.has(content)) throw new Error(`backup ${id} restores to something that ${db} never was`);
  }

  folder(db: string, id = ''): string {
    const stanza = [...Buffer.from(db)]
      .map((byte) =>
        /[A-Za-z0-9_~-]/.test(String.fromCharCode(byte))
          ? String.fromCharCode(byte)
          : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
      )
      .join('');
    return join(this.lab.objects, BUCKET, this.prefix, stanza, id);
  }

  file(db: string, id: string, name: string): string {
    return join(this.folder(db, id), name);
  }

  private bytes(db: string, id: string): string {
    const hash = createHash('sha256');
    for (const name of ['db.dump.age', 'db.sql.zst.age', 'globals.sql.age', 'manifest.json']) {
      if (existsSync(this.file(db, id, name))) hash.update(name).update(readFileSync(this.file(db, id, name)));
    }
    return hash.digest('hex');
  }

  /** Plain text must be neither in the bucket nor, after a run, in the staging volume or in the tmpfs. */
  findCanary(folders: readonly string[] = [this.lab.objects, this.lab.stage, this.lab.tmp]): void {
    for (const folder of folders) {
      for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const at = join(folder, entry);
        if (statSync(at, { throwIfNoEntry: false })?.isFile() && readFileSync(at).includes(CANARY)) throw new Error(`plain text in ${at}`);
      }
    }
  }

  /** Changes a manifest on the server's disk as its writer could have, with the hash that belongs to it. */
  forge(db: string, id: string, edit: (manifest: Record<string, unknown>) => void): void {
    const at = this.file(db, id, 'manifest.json');
    const manifest = JSON.parse(readFileSync(at, 'utf8')) as Record<string, unknown>;
    edit(manifest);
    const text = `${JSON.stringify(manifest)}\n`;
    writeFileSync(at, text);
    writeFileSync(`${at}.sha256`, `${createHash('sha256').update(text).digest('hex')}\n`);
    if (this.good.has(id)) this.good.set(id, this.bytes(db, id));
  }

  /** The same backup once more, as if it had been made at another time (in seconds). Its id. */
  clone(db: string, id: string, epoch: number, kind = 'scheduled'): string {
    const stamp = new Date(epoch * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
    const copy = `${stamp}-${(this.scratch++).toString(16).padStart(8, '0')}`;
    cpSync(this.folder(db, id), this.folder(db, copy), { recursive: true });
    this.forge(db, copy, (manifest) => Object.assign(manifest, { id: copy, epoch, kind }));
    this.lab.own(this.folder(db, copy));
    return copy;
  }
}
