import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Construct, RootConstruct } from 'constructs';
import {
  type DashboardPanel,
  type DashboardProps,
  dashboard,
  dashboardFile,
  type GrafanaDashboard,
  type GrafanaPanel,
  Monitor,
  markSecret,
  ruleFile,
} from '../../lib';
import { mistakes } from './grafana';
import { shop } from './shop';

const TITLE = { title: 'Shop production' };
const up: DashboardPanel = { title: 'Up', type: 'stat', queries: [{ expr: 'up' }] };

/** A dashboard of one monitor. */
function boardOf(panels: readonly DashboardPanel[], props: Partial<DashboardProps> = {}): GrafanaDashboard {
  const root = new RootConstruct('app');
  new Monitor(root, 'Monitor', { title: 'Things', panels });
  return dashboard(root, { ...TITLE, ...props });
}
const panelsOf = ({ panels }: GrafanaDashboard) => panels.filter((one): one is GrafanaPanel => one.type !== 'row');
const panelOf = (panel: DashboardPanel) => panelsOf(boardOf([panel]))[0] as GrafanaPanel;

/** A dashboard as a reviewer reads it: a line for each row and panel, and one for each query. */
function outline({ panels }: GrafanaDashboard): string {
  return panels
    .map((one) => {
      const { w, h, x, y } = one.gridPos;
      if (one.type === 'row') return `${y}: ${one.title}\n`;
      const { unit, thresholds } = one.fieldConfig.defaults as { unit?: string; thresholds: { steps: { value: number | null }[] } };
      const limit = thresholds.steps.at(-1)?.value ?? undefined;
      const facts = [one.type, unit, limit !== undefined && `red from ${limit}`, one.timeFrom && `last ${one.timeFrom}`].filter(Boolean);
      const queries = one.targets.map(({ refId, legendFormat, expr }) => `    ${refId} [${legendFormat}] ${expr}\n`);
      return `  ${y},${x} ${w}×${h} ${one.title} (${facts.join(', ')})\n${queries.join('')}`;
    })
    .join('');
}

function isGolden(name: string, text: string): void {
  const file = join(__dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe('all of a system', () => {
  const board = dashboard(shop(), TITLE);

  test('rows and panels, as golden/shop.txt shows them', () => isGolden('shop.txt', outline(board)));

  test('each query of each panel of each monitor is in it', () => {
    const asked = Monitor.within(shop()).flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)));
    const shown = panelsOf(board).flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(new Set(shown)).toEqual(new Set(asked));
    expect(shown.length).toBeGreaterThan(50);
  });

  test('rows and panels fill a grid of 24 columns without a gap between lines, and never meet', () => {
    const cells = board.panels.flatMap(({ gridPos: { w, h, x, y } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const lines = new Set(cells.map((cell) => Number(cell.split(',')[1])));
    expect(Math.max(...lines)).toBe(lines.size - 1);
    expect(Math.max(...cells.map((cell) => Number(cell.split(',')[0])))).toBe(23);
  });

  test('two databases, whose series have their names, share what is the same of both', () => {
    const rows = board.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    expect(rows).toEqual([
      'Backups',
      'Redis',
      'Worker mailer',
      'Temporal',
      'Worker flows',
      'Worker biller',
      'Worker celery-worker',
      'Celery',
      'QuestDB',
    ]);
    expect(panelsOf(board).filter(({ title }) => title === 'Encryption')).toHaveLength(1);
  });

  test('the same input gives the same bytes', () => {
    expect(dashboardFile(shop(), TITLE)).toBe(dashboardFile(shop(), TITLE));
    expect(JSON.parse(dashboardFile(shop(), TITLE))).toEqual(board);
  });

  test('ids are whole numbers, each once, and stay when others come and go', () => {
    const ids = (one: GrafanaDashboard) => new Map(one.panels.map(({ id, title }) => [id, title]));
    expect(ids(board).size).toBe(board.panels.length);
    for (const id of ids(board).keys()) expect(Number.isInteger(id) && id > 0 && id < 2 ** 31).toBe(true);
    const alone = dashboard(shop().node.findChild('Series'), TITLE);
    expect(alone.panels.length).toBeGreaterThan(5);
    for (const [id, title] of ids(alone)) expect(ids(board).get(id)).toBe(title);
  });
});

/** Every kind of panel with all that it can be told. */
function kinds(): RootConstruct {
  const root = new RootConstruct('app');
  const states = [
    { value: 0, text: 'bad', color: 'red' },
    { value: 1, text: 'good', color: 'green' },
  ] as const;
  new Monitor(root, 'Monitor', {
    title: 'All kinds',
    panels: [
      { title: 'Waiting', type: 'timeseries', unit: 's', limit: 60, queries: [{ expr: 'a', legend: '{{pod}}' }, { expr: 'b' }] },
      { title: 'Servers', type: 'stat', queries: [{ expr: 'sum(up)' }] },
      { title: 'Versions', type: 'table', queries: [{ expr: 'a' }, { expr: 'b' }] },
      { title: 'Days', type: 'state-timeline', range: '30d', states, queries: [{ expr: 'proved' }] },
    ],
  });
  return root;
}

describe("by Grafana's own types", () => {
  const sample = dashboardFile(kinds(), { title: 'Kinds', datasource: 'main', tags: [] });
  const WRONG = [
    ['an unknown property', '"axisSoftMin"', '"axisSoftmin"', 'axisSoftmin'],
    ['a word that is none of an enum', '"palette-classic"', '"palette-modern"', 'palette-modern'],
    ['text for a number', '"w": 8', '"w": "8"', "Type 'string' is not assignable to type 'number'"],
    ['a missing property', '"graphMode": "none",', '', 'graphMode'],
    ['an unknown kind of panel', '"state-timeline"', '"states"', 'Type \'"states"\''],
    ['another spelling of a query', '"legendFormat"', '"legend"', 'legend'],
  ] as const;
  let found: string[][] = [];
  beforeAll(() => {
    found = mistakes([dashboardFile(shop(), TITLE), sample, ...WRONG.map(([, right, wrong]) => sample.replace(right, wrong))]);
  });

  test('whatever is made is right', () => expect(found.slice(0, 2)).toEqual([[], []]));

  test.each(WRONG.map((row, i) => [...row, i] as const))('%s is seen', (_, right, _wrong, told, i) => {
    expect(sample).toContain(right);
    expect(found[i + 2]?.join()).toContain(told);
  });

  test('golden/kinds.json shows each kind of panel', () => isGolden('kinds.json', sample));
});

describe('what it is called', () => {
  test.each([
    ['Shop production', 'shop-production'],
    ['  Shop: (prod) ', 'shop-prod'],
    ['a dashboard with a title that is far too long for it', 'a-dashboard-with-a-title-that-i-9fd21967'],
    ['監視', 'dashboard-1869d7b2'],
  ])('%s: %s', (title, uid) => expect(boardOf([up], { title }).uid).toBe(uid));

  test('what is said counts', () => {
    const board = boardOf([up], { uid: 'Shop_1', tags: ['shop', 'team-a'], range: '2d', refresh: '30s', datasource: 'main' });
    expect(board).toMatchObject({ uid: 'Shop_1', tags: ['shop', 'team-a'], time: { from: 'now-2d', to: 'now' }, refresh: '30s' });
    expect(board.templating.list[0]).toMatchObject({ name: 'datasource', query: 'prometheus', current: { text: 'main', value: 'main' } });
  });
});

describe('panels', () => {
  test('a value that is read at once is the present one: the last of six hours is what was before it was gone', () => {
    expect(panelOf(up).targets).toMatchObject([{ instant: true }]);
    expect(panelOf({ ...up, type: 'timeseries' }).targets).toMatchObject([{ range: true }]);
    expect(panelOf({ ...up, type: 'timeseries' }).targets[0]).not.toHaveProperty('instant');
  });

  test('many queries have names of their own', () => {
    const names = panelOf({ ...up, queries: Array.from({ length: 54 }, (_, i) => ({ expr: `a${i}` })) }).targets.map(({ refId }) => refId);
    expect([names[0], names[25], names[26], names[53]]).toEqual(['A', 'Z', 'AA', 'BB']);
    expect(new Set(names).size).toBe(54);
  });

  test('two of one title in a row keep apart', () => {
    const board = boardOf([up, { ...up, limit: 1 }, up]);
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(3);
  });
});

describe('what is wrong', () => {
  test('a panel that cannot be drawn', () => {
    const wrong = () => boardOf([up, { ...up, queries: [] }]);
    expect(wrong).toThrow('app/Monitor: panels[1].queries: a panel shows what it asks for, got []; give it a query');
  });

  test.each([
    [{ title: '' }, `app: dashboard.title: a dashboard needs a title, got ""; call it after the stack, such as 'Shop production'`],
    [
      { uid: 'shop/1' },
      'app: dashboard.uid: must be at most 40 letters, digits, - and _, got "shop/1"; leave it out: it is made of the title',
    ],
    [{ uid: 'a'.repeat(41) }, 'app: dashboard.uid: must be at most 40 letters'],
    [{ refresh: '1min' as '1m' }, `app: dashboard.refresh: must be a length of time, got "1min"; write it as '30d', '6h' or '15m'`],
  ])('%j', (props, message) => expect(() => boardOf([up], props)).toThrow(message));

  test('nothing to show', () => {
    const root = new RootConstruct('app');
    new Monitor(new Construct(root, 'Quiet'), 'Monitor', { title: 'Rules only' });
    expect(() => dashboard(root, TITLE)).toThrow('app: nothing at or below it has panels; give the construct that holds the system');
  });

  test('a secret would be shown to whoever may look', () => {
    markSecret('of-the-dashboard-1234', 'the password of the dashboard');
    const secret = { ...up, queries: [{ expr: 'up{token="of-the-dashboard-1234"}' }] };
    let error = new Error('nothing was thrown');
    try {
      boardOf([secret]);
    } catch (caught) {
      error = caught as Error;
    }
    expect(error.message).toContain('app: dashboard.panels.1.targets.0.expr: holds the value of the password of the dashboard');
    expect(error.message).not.toContain('1234');
  });

  test('a secret in a rule would be shown to whoever may ask Prometheus', () => {
    markSecret('of-the-rules-12345678', 'the password of the rules');
    const root = new RootConstruct('app');
    const rule = {
      alert: 'Down',
      expr: 'up{token="of-the-rules-12345678"} == 0',
      severity: 'page',
      summary: 'down',
      description: '',
    } as const;
    new Monitor(new Construct(root, 'Server'), 'Monitor', { title: 'Server', alerts: [rule] });
    const message = 'app: alertGroups.Server.rules.0.expr: holds the value of the password of the rules';
    expect(() => ruleFile(root)).toThrow(message);
    expect(() => ruleFile(root)).not.toThrow('12345678');
  });
});
