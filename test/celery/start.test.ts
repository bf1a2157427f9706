/** What starts Celery's programs, run by Python itself: what they get to know, and what nobody else does. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLOWER_CONFIG, START } from '../../constructs/celery/start';

const dir = mkdtempSync(join(tmpdir(), 'ironhull-celery-'));
const file = (name: string, text: string) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const script = file('start.py', START);
const flower = file('flowerconfig.py', FLOWER_CONFIG);
const password = file('password', 'p"w/@:x%\n');
const empty = file('empty', '\n');
afterAll(() => rmSync(dir, { recursive: true }));

const broker = { BROKER_HOST: 'redis', BROKER_PORT: '6379', BROKER_USER: 'default', BROKER_PASSWORD_FILE: password, BROKER_DATABASE: '0' };

function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { status, stdout, stderr, error } = spawnSync('python3', args, { env: { PATH: process.env.PATH, ...env } as NodeJS.ProcessEnv });
  if (error) throw error;
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
}
const show = ['sh', '-c', 'echo "$CELERY_BROKER_URL $CELERY_RESULT_BACKEND"'];

test('the address of the broker, whatever characters the password has', () => {
  expect(run([script, ...show], broker).stdout).toBe('redis://default:p%22w%2F%40%3Ax%25@redis:6379/0 \n');
});
test('and that of results', () => {
  const { stdout } = run([script, ...show], { ...broker, BROKER_DATABASE: '2', RESULTS_DATABASE: '3' });
  expect(stdout.split(' ').map((address) => address.trim().slice(-2))).toEqual(['/2', '/3']);
});
test('encrypted, and verified, where there is an authority', () => {
  const { stdout } = run([script, ...show], { ...broker, BROKER_CA_FILE: '/run/secrets/tls/ca.crt' });
  expect(stdout).toMatch(/^rediss:.*\/0\?ssl_cert_reqs=required&ssl_ca_certs=%2Frun%2Fsecrets%2Ftls%2Fca\.crt \n$/);
});
test('nothing is started without a password', () => {
  const { status, stderr, stdout } = run([script, ...show], { ...broker, BROKER_PASSWORD_FILE: empty });
  expect([status, stderr, stdout]).toEqual([1, `ironhull: ${empty} holds no password\n`, '']);
});

const read = ['-c', `import sys; config = {}; exec(open(sys.argv[1]).read(), config); print(config.get("basic_auth"))`, flower];

test('Flower has a user with the password of the file', () => {
  expect(run(read, { FLOWER_USER: 'ops', FLOWER_PASSWORD_FILE: password }).stdout).toBe(`['ops:p"w/@:x%']\n`);
});
test('or none', () => expect(run(read, {}).stdout).toBe('None\n'));
test('and does not start with an empty one', () => {
  const { status, stderr } = run(read, { FLOWER_USER: 'ops', FLOWER_PASSWORD_FILE: empty });
  expect([status, stderr]).toEqual([1, `ironhull: ${empty} holds no password\n`]);
});
