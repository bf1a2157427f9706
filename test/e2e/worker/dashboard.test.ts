/**
 * Dashboards by the schema of Grafana, as its Foundation SDK for Go reads it, which was generated from it. Grafana itself does not run here.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RootConstruct } from 'constructs';
import { SYSTEMS } from '../../../apps/systems';
import { dashboardFile, Environment, Monitor } from '../../../lib';
import { shop } from '../../observability/shop';
import { must, type Ran, requireEngine, run } from '../support/run';

const folder = mkdtempSync(join(tmpdir(), 'ironhull-dashboards-'));
const program = join(folder, 'schema');

/** What the SDK says of dashboards. */
function read(...boards: readonly string[]): Promise<Ran> {
  const files = boards.map((board, i) => {
    const file = join(folder, `${i}.json`);
    writeFileSync(file, board);
    return file;
  });
  return run(program, files);
}

/** The dashboard of every system in every environment, and of the one of tests. */
const BOARDS: readonly (readonly [string, string])[] = [
  ['shop', dashboardFile(shop(), { title: 'Shop', datasource: 'main' })] as const,
  ...Object.entries(SYSTEMS).flatMap(([system, { build, environments }]) =>
    environments.flatMap((environment) => {
      const title = `${system} ${environment.name}`;
      const root = new RootConstruct(system);
      Environment.set(root, environment);
      build(root);
      return Monitor.within(root).some(({ panels }) => panels.length > 0) ? [[title, dashboardFile(root, { title })] as const] : [];
    }),
  ),
];

beforeAll(async () => {
  await requireEngine(['go', 'version']);
  await must('go', ['build', '-trimpath', '-o', program, '.'], {
    cwd: join(__dirname, 'schema'),
    env: { CGO_ENABLED: '0' },
    timeout: 600_000,
  });
}, 700_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.each(BOARDS)('%s', async (_, board) => {
  expect(await read(board)).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('systems with workers, databases and queues have one', () => {
  expect(BOARDS.map(([title]) => title)).toEqual(expect.arrayContaining(['octocode production', 'xorb production', 'veogen production']));
});

test.each([
  ['an unknown property of a dashboard', '"graphTooltip"', '"tooltip"', "unexpected field 'tooltip'"],
  ['an unknown property of a panel', '"gridPos"', '"grid"', "unexpected field 'grid'"],
  ['an unknown property of a kind of panel', '"reduceOptions"', '"reduce"', "unexpected field 'reduce'"],
  ['an unknown property of a query', '"legendFormat"', '"legend"', "unexpected field 'legend'"],
  ['a missing property', '"wideLayout": true,', '', 'wideLayout: required field is missing from input'],
  ['text for a number', '"w": 8', '"w": "8"', 'cannot unmarshal string'],
])('%s is seen', async (_, right, wrong, told) => {
  const [, board = ''] = BOARDS[0] ?? [];
  expect(board).toContain(right);
  const { code, stdout } = await read(board.replace(right, wrong));
  expect(stdout).toContain(told);
  expect(code).toBe(1);
});
