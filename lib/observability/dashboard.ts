import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';
import { below, displayPath, type Problem, ProblemsError, reportedAt } from '../model/problems';
import { isRange, isText, refuseSecrets } from './check';
import { type GrafanaPanel, type GrafanaPosition, grafanaPanel } from './grafana';
import { byTitle, Monitor, type PanelRange } from './monitor';

/** What a dashboard is called and how it opens. */
export interface DashboardProps {
  /** What stands above it. */
  readonly title: string;
  /**
   * What it is called in links, and by what Grafana knows that it is the same one; two dashboards of a Grafana need two. At most
   * 40 letters, digits, `-` and `_`.
   *
   * @default - made of the title: `shop-production`
   */
  readonly uid?: string;
  /** The uid of the Prometheus that is asked until somebody chooses another. @default - the one that is Grafana's default */
  readonly datasource?: string;
  /** Words by which it is found. @default ['ironhull'] */
  readonly tags?: readonly string[];
  /** The time up to now that it shows. @default '6h' */
  readonly range?: PanelRange;
  /** How often it asks again. @default '1m' */
  readonly refresh?: PanelRange;
}

/** A line that divides a dashboard. */
export interface GrafanaRow {
  /** What it is. */
  readonly type: 'row';
  /** The same for as long as its title is. */
  readonly id: number;
  /** The title of its monitors. */
  readonly title: string;
  /** Where it stands. */
  readonly gridPos: GrafanaPosition;
  /** Its panels are shown, and stand behind it in the dashboard. */
  readonly collapsed: false;
  /** Would be the panels of a row that is collapsed. */
  readonly panels: readonly never[];
}

/** A dashboard as Grafana reads it from a file, from its API or by import. */
export interface GrafanaDashboard {
  /** What it is called in links. */
  readonly uid: string;
  /** What stands above it. */
  readonly title: string;
  /** Words by which it is found. */
  readonly tags: readonly string[];
  /** The version of this format. */
  readonly schemaVersion: number;
  /** One cross hair for all panels. */
  readonly graphTooltip: 1;
  /** The time that it shows. */
  readonly time: { readonly from: string; readonly to: 'now' };
  /** How often it asks again. */
  readonly refresh: string;
  /** No events beside Grafana's own. */
  readonly annotations: { readonly list: readonly never[] };
  /** One variable, `datasource`: which Prometheus. */
  readonly templating: { readonly list: readonly Readonly<Record<string, unknown>>[] };
  /** Rows, and behind each its panels. */
  readonly panels: readonly (GrafanaRow | GrafanaPanel)[];
}

/** The version that Grafana's own library writes (0.0.21), for Grafana 10 and later. */
const SCHEMA = 42;
const [COLUMNS, WIDTH, HEIGHT] = [24, 8, 8];

/**
 * One dashboard of Grafana with all panels at and below a construct: a row for each monitor that has some. Two monitors with
 * one title share a row, and what is the same in both stands there once, as with `alertGroups`.
 *
 * Which Prometheus is asked is a variable of the dashboard, so that any Grafana takes it. Panels keep their ids, which stand in links,
 * when others come and go.
 *
 * @throws ProblemsError if there is nothing to show, or if something of it is wrong
 * @see https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
 */
export function dashboard(root: IConstruct, props: DashboardProps): GrafanaDashboard {
  const { title, uid = uidOf(title), datasource, tags = ['ironhull'], range = '6h', refresh = '1m' } = props;
  const problems = [...wrongProps(root, { ...props, uid, range, refresh }), ...Monitor.within(root).flatMap(reportedAt)];
  const made = problems.length > 0 ? [] : panelsOf(root);
  if (problems.length === 0 && made.length === 0)
    problems.push({ path: displayPath(root), what: 'nothing at or below it has panels', fix: 'give the construct that holds the system' });
  if (problems.length > 0) throw new ProblemsError(problems);
  const board: GrafanaDashboard = {
    uid,
    title,
    tags,
    schemaVersion: SCHEMA,
    graphTooltip: 1,
    time: { from: `now-${range}`, to: 'now' },
    refresh,
    annotations: { list: [] },
    templating: { list: [sourceVariable(datasource)] },
    panels: made,
  };
  refuseSecrets(root, 'dashboard', board, 'whoever may look at Grafana would see it: leave it out');
  return board;
}

/**
 * The same as text: a file that Grafana is provisioned with, or that is imported.
 *
 * @throws ProblemsError as `dashboard` does
 * @see https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
 */
export function dashboardFile(root: IConstruct, props: DashboardProps): string {
  return `${JSON.stringify(dashboard(root, props), undefined, 2)}\n`;
}

function wrongProps(root: IConstruct, { title, uid, range, refresh }: DashboardProps): Problem[] {
  const problems: Problem[] = [];
  const wrong = (where: string, what: string, value: unknown, fix: string) =>
    problems.push({ path: below(displayPath(root), `dashboard.${where}`), what, value, fix });
  if (!isText(title)) wrong('title', 'a dashboard needs a title', title, "call it after the stack, such as 'Shop production'");
  else if (!/^[\w-]{1,40}$/.test(uid ?? ''))
    wrong('uid', 'must be at most 40 letters, digits, - and _', uid, 'leave it out: it is made of the title');
  for (const [where, value] of Object.entries({ range, refresh }))
    if (!isRange(value)) wrong(where, 'must be a length of time', value, "write it as '30d', '6h' or '15m'");
  return problems;
}

/** `Shop: production` is `shop-production`; what is too long ends in eight digits of its hash, what has no letters is all hash. */
function uidOf(title: unknown): string {
  const words = String(title)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const hash = createHash('sha256').update(String(title)).digest('hex').slice(0, 8);
  return words === '' ? `dashboard-${hash}` : words.length <= 40 ? words : `${words.slice(0, 31).replace(/-$/, '')}-${hash}`;
}

function sourceVariable(datasource = 'default'): Readonly<Record<string, unknown>> {
  return {
    type: 'datasource',
    name: 'datasource',
    label: 'Prometheus',
    query: 'prometheus',
    current: { text: datasource, value: datasource },
  };
}

/** Rows in the order of the tree, and three panels in each line. */
function panelsOf(root: IConstruct): (GrafanaRow | GrafanaPanel)[] {
  const ids = new Ids();
  let y = 0;
  return byTitle(root, ({ panels }) => panels).flatMap(([title, panels]) => {
    const row: GrafanaRow = { type: 'row', id: ids.of(title), title, gridPos: { w: COLUMNS, h: 1, x: 0, y }, collapsed: false, panels: [] };
    const inLine = COLUMNS / WIDTH;
    const at = (i: number) => ({ w: WIDTH, h: HEIGHT, x: (i % inLine) * WIDTH, y: row.gridPos.y + 1 + Math.floor(i / inLine) * HEIGHT });
    y += 1 + Math.ceil(panels.length / inLine) * HEIGHT;
    return [row, ...panels.map((panel, i) => grafanaPanel(panel, ids.of(title, panel.title), at(i)))];
  });
}

/** Numbers that follow from titles. */
class Ids {
  private readonly taken = new Set<number>();

  /** A number from 1 to 2^31 - 1; where it is taken, as by two panels of one title, the next that is free. */
  of(...titles: readonly string[]): number {
    let id = createHash('sha256').update(JSON.stringify(titles)).digest().readUInt32BE() >>> 1;
    while (id === 0 || this.taken.has(id)) id = (id + 1) % 2 ** 31;
    this.taken.add(id);
    return id;
  }
}
