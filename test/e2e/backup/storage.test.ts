import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, bench, fault, messages, report } from './support/faults';
import { BUCKET, CANARY } from './support/lab';
import { freePort } from './support/process';
import { hostileProxy, type Mischief } from './support/proxy';
import { Toxiproxy } from './support/toxiproxy';

/** Faults of the destination, of the link to it, and of encryption. */
let at: Bench;
let toxiproxy: Toxiproxy;

beforeAll(async () => {
  at = await bench();
  toxiproxy = await Toxiproxy.start(at.lab);
  // so that a dump is larger than what a cut link lets through
  await at.lab.sql("CREATE TABLE blobs AS SELECT g, string_agg(md5(random()::text), '') AS b FROM generate_series(1, 40000) g GROUP BY g");
  await at.ledger.saw();
  await fault(at, { code: 0, commits: 1 }, (lab) => lab.run(['backup']));
});
afterAll(() => at?.lab.stop());

const endpoint = (port: number) => ({ BACKUP_DEST_MAIN_ENDPOINT: `https://localhost:${port}` });
const DUMPED = /"phase":"(dump|globals|verify|encrypt|upload)"/;

/** A run that is refused before anything is dumped. */
async function refused(env: Record<string, string>, code = 74): Promise<void> {
  const ended = await fault(at, { code, commits: 0 }, (lab) => lab.run(['backup'], { env }));
  expect(ended.stderr).not.toMatch(DUMPED);
  expect(Object.keys((JSON.parse(ended.stdout) as { seconds: object }).seconds)).not.toContain('dump');
}

test('F5: nothing listens', async () => refused(endpoint(await freePort())));

test('F6: the secret is wrong', async () => {
  writeFileSync(join(at.lab.dir, 'wrong'), 'not-the-secret');
  await refused({ BACKUP_DEST_MAIN_SECRET_KEY_FILE: join(at.lab.dir, 'wrong') });
});

test('F7: the certificate is of another authority', async () => {
  at.lab.tls('other');
  await refused({ BACKUP_DEST_MAIN_CA_FILE: join(at.lab.dir, 'other.crt') });
});

test('F8: the destination is read-only', async () => refused(endpoint(await at.lab.gateway(at.lab.objects, '--readonly'))));

test('F9: the destination is full, before or during', async () => {
  const { lab, ledger } = at;
  for (const bytes of [2 ** 13, 2 ** 19]) {
    const folder = lab.small(`full-${bytes}`, bytes);
    execFileSync('mkdir', ['-p', join(folder, BUCKET)]);
    if (bytes === 2 ** 13) execFileSync('bash', ['-c', `head -c 8192 /dev/zero >${folder}/filler; true`]);
    lab.own(folder);
    const port = await lab.gateway(folder);
    await fault(at, { code: 74, commits: 0 }, () => lab.run(['backup'], { env: endpoint(port) }));
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('manifest.json'))).toEqual([]);
    ledger.findCanary([folder]);
  }
});

test.each([100_000, 400_000, 700_000])('F10: the link is cut after %i bytes', (bytes) =>
  fault(at, { code: 74, commits: 0 }, (lab) =>
    toxiproxy.bad({ type: 'limit_data', attributes: { bytes } }, () => lab.run(['backup'], { env: endpoint(toxiproxy.port) })),
  ));

test.each([
  { type: 'latency', attributes: { latency: 80, jitter: 60 } },
  { type: 'bandwidth', attributes: { rate: 200 } }, // kB/s
])('F11: the link is slow: $type', (toxic) =>
  fault(at, { code: 0, commits: 1 }, (lab) => toxiproxy.bad(toxic, () => lab.run(['backup'], { env: endpoint(toxiproxy.port) }))));

test('F11: half of all connections are reset', async () => {
  const { lab, ledger } = at;
  const before = (await ledger.list()).length;
  const env = { ...endpoint(toxiproxy.port), BACKUP_RETRIES: '3' };
  const toxic = { type: 'reset_peer', toxicity: 0.5, attributes: { timeout: 20 } };
  const ended = await toxiproxy.bad(toxic, () => lab.run(['backup'], { env }));
  expect([0, 74]).toContain(ended.code);
  const more = (await ledger.check()) - before;
  // a reset after the manifest has arrived fails a run whose backup is there and whole
  expect(ended.code === 0 ? [1] : [0, 1]).toContain(more);
});

const large: Mischief = ({ method, url }) => (method === 'PUT' && /db\.dump/.test(url ?? '') ? 'damage' : 'pass');

test('F12: the destination says yes and keeps other bytes', async () => {
  const proxy = await hostileProxy(at.lab, large);
  await fault(at, { code: 74, commits: 0, says: /did not give back the bytes|other bytes/ }, (lab) =>
    lab.run(['backup'], { env: endpoint(proxy.port) }),
  );
  proxy.close();
  expect(proxy.done.length).toBeGreaterThan(0);
});

test('F12: the manifest is kept with other bytes, so it is no backup', async () => {
  const { lab, ledger } = at;
  const proxy = await hostileProxy(lab, ({ method, url }) =>
    method === 'PUT' && /manifest\.json(\?|$)/.test(url ?? '') ? 'damage' : 'pass',
  );
  await fault(at, { code: 74, commits: 0 }, () => lab.run(['backup'], { env: endpoint(proxy.port) }));
  proxy.close();
  expect(proxy.done).toHaveLength(1);
  expect(await ledger.check()).toBeGreaterThan(0);
});

test('F13: the answer to an upload is lost, and it is tried again', async () => {
  let lost = 0;
  const proxy = await hostileProxy(at.lab, ({ method, url }) =>
    method === 'PUT' && /db\.dump/.test(url ?? '') && lost++ === 0 ? 'lose-answer' : 'pass',
  );
  await fault(at, { code: 0, commits: 1 }, (lab) => lab.run(['backup'], { env: { ...endpoint(proxy.port), BACKUP_RETRIES: '3' } }));
  proxy.close();
  expect(proxy.done).toHaveLength(1);
});

test('two destinations: one that is lost does not keep the other from its backup, and the run fails', async () => {
  const { lab } = at;
  const env = { BACKUP_DESTINATIONS: 'MAIN SECOND', ...lab.destination('SECOND', await freePort()) };
  const ended = await fault(at, { code: 74, commits: 1, says: /not committed to: SECOND/ }, () => lab.run(['backup'], { env }));
  expect(report(ended).outcome).toBe('failure');
  const both = { BACKUP_DESTINATIONS: 'MAIN SECOND', ...lab.destination('SECOND', lab.port, 'second') };
  await fault(at, { code: 0, commits: 1 }, () => lab.run(['backup'], { env: both }));
  const listed = JSON.parse((await lab.run(['list', '--json'], { env: both })).stdout) as { id: string; dest: string }[];
  expect(
    listed
      .filter(({ id }) => id === listed.at(-1)?.id)
      .map(({ dest }) => dest)
      .sort(),
  ).toEqual(['MAIN', 'SECOND']);
});

test('a volume is a destination', async () => {
  const { lab } = at;
  const path = lab.small('volume', 2 ** 26);
  const env = { BACKUP_DEST_MAIN_KIND: 'volume', BACKUP_DEST_MAIN_PATH: path };
  for (const args of [['backup'], ['verify'], ['drill'], ['list']]) {
    const ended = await lab.run(args, { env });
    expect([args[0], ended.code, messages(ended)]).toEqual([args[0], 0, '']);
  }
});

test.each([
  ['F22: the recipient is not a key', { BACKUP_AGE_RECIPIENTS: 'bogus' }],
  ['F23: the recipient is empty', { BACKUP_AGE_RECIPIENTS: '' }],
])('%s: nothing goes out in clear', (_name, env) => refused(env, 64));

test('F22: age writes something that is not encrypted', () =>
  fault(at, { code: [64, 65], commits: 0, says: /not encrypted|could not be encrypted/ }, (lab) =>
    // encrypts the probe, and then, as a broken age could, copies what it is given
    lab.run(['backup'], { shims: { age: 'if [[ $* = *--output* ]]; then shift $(($# - 2)) && cp "$2" "$1"; else exec "$REAL" "$@"; fi' } }),
  ));

test('F22: age ends half-way, behind a head that is right', () =>
  fault(at, { code: 65, commits: 0, says: /could not be encrypted/ }, (lab) =>
    lab.run(['backup'], {
      shims: {
        age: 'if [[ $* != *--output* ]]; then exec "$REAL" "$@"; fi; "$REAL" "$@"; shift $(($# - 2)); truncate -s -100 "$1"; exit 1',
      },
    }),
  ));

test('plain text only where it is asked for', async () => {
  const { lab } = at;
  const folder = lab.small('plain', 2 ** 26);
  const env = { BACKUP_ENCRYPTION: 'none', BACKUP_DEST_MAIN_KIND: 'volume', BACKUP_DEST_MAIN_PATH: folder, BACKUP_GZIP: '0' };
  expect((await lab.run(['backup'], { env })).code).toBe(0);
  // this also shows that the search for the canary finds it
  expect(() => at.ledger.findCanary([folder])).toThrow(/plain text/);
});

test('F48: an object of 5 TiB has no more parts than S3 allows', () => {
  const script = `. ${at.lab.runner}/lib/store.sh; for n in 1 52428800000 5497558138880; do chunk_for $n; echo; done`;
  const chunks = execFileSync('bash', ['-c', script]).toString().trim().split('\n').map(Number.parseFloat);
  for (const [index, bytes] of [1, 52428800000, 5497558138880].entries())
    expect(bytes / ((chunks[index] ?? 0) * 2 ** 20)).toBeLessThan(10_000);
});

test('no secret and no row is in the arguments of any program', async () => {
  const { lab } = at;
  const log = join(lab.tmp, '..', 'arguments');
  writeFileSync(log, '', { mode: 0o666 });
  execFileSync('chmod', ['666', log]);
  const shim = `printf '%s\\0' "$0" "$@" >>${log}; exec "$REAL" "$@"`;
  const shims = Object.fromEntries(
    ['rclone', 'age', 'psql', 'pg_dump', 'pg_dumpall', 'pg_restore', 'jq', 'curl', 'sed'].map((name) => [name, shim]),
  );
  writeFileSync(join(lab.dir, 'hook'), 'http://127.0.0.1:1/hook-secret-7c1d');
  execFileSync('chmod', ['644', join(lab.dir, 'hook')]);
  const env = { BACKUP_WEBHOOK_URL_FILE: join(lab.dir, 'hook'), BACKUP_WEBHOOK_ON: 'success failure' };
  expect((await lab.run(['backup'], { shims, env })).code).toBe(0);
  expect((await lab.run(['drill'], { shims, env })).code).toBe(0);
  const seen = execFileSync('cat', [log]).toString();
  expect(seen).toContain('pg_dump');
  for (const secret of ['secret-key-91c2f0a4', 'AGE-SECRET-KEY', 'hook-secret-7c1d', CANARY]) expect(seen).not.toContain(secret);
  expect(existsSync(join(lab.stage, 'webhook-failures'))).toBe(true);
});
