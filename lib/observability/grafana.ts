import type { DashboardPanel } from './monitor';

/** Where a panel asks: the variable of the dashboard by which a Prometheus is chosen. */
export interface GrafanaSource {
  /** The kind of data source. */
  readonly type: 'prometheus';
  /** The variable `datasource`. */
  readonly uid: string;
}

/** A query of a panel. */
export interface GrafanaTarget {
  /** `A` for the first. */
  readonly refId: string;
  /** Where it is asked. */
  readonly datasource: GrafanaSource;
  /** PromQL. */
  readonly expr: string;
  /** How each series is called; `__auto` leaves it to Grafana. */
  readonly legendFormat: string;
  /** The editor that shows PromQL as text. */
  readonly editorMode: 'code';
  /** What Grafana makes of the answer. */
  readonly format: 'time_series' | 'table';
  /** Asks for the present value alone. */
  readonly instant?: true;
  /** Asks for all values in the time that is shown. */
  readonly range?: true;
}

/** Where a panel stands, in columns (24 a line) and lines of a grid. */
export interface GrafanaPosition {
  /** Width. */
  readonly w: number;
  /** Height. */
  readonly h: number;
  /** Columns to its left. */
  readonly x: number;
  /** Lines above it. */
  readonly y: number;
}

/** A panel as Grafana reads it. */
export interface GrafanaPanel {
  /** How it is drawn. */
  readonly type: DashboardPanel['type'];
  /** The same for as long as the titles of the panel and of its row are. */
  readonly id: number;
  /** What stands above it. */
  readonly title: string;
  /** Where it stands. */
  readonly gridPos: GrafanaPosition;
  /** Where it asks. */
  readonly datasource: GrafanaSource;
  /** What it asks. */
  readonly targets: readonly GrafanaTarget[];
  /** Units, colours and limits. */
  readonly fieldConfig: { readonly defaults: Readonly<Record<string, unknown>>; readonly overrides: readonly never[] };
  /** What this kind of panel can be told. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What is done to the answer. */
  readonly transformations?: readonly { readonly id: string; readonly options: Readonly<Record<string, unknown>> }[];
  /** The time that it shows, where that is not the dashboard's: `30d`. */
  readonly timeFrom?: string;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana puts the variable in
const SOURCE: GrafanaSource = { type: 'prometheus', uid: '${datasource}' };
const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] };

/** What is told to each kind of panel. A legend is shown, and nothing stands for what is not known any more. */
const OPTIONS: Readonly<Record<DashboardPanel['type'], Readonly<Record<string, unknown>>>> = {
  timeseries: { legend: LEGEND, tooltip: { mode: 'multi', sort: 'desc' } },
  stat: {
    reduceOptions: { values: false, calcs: ['lastNotNull'], fields: '' },
    orientation: 'auto',
    textMode: 'auto',
    colorMode: 'value',
    graphMode: 'none',
    justifyMode: 'auto',
    wideLayout: true,
    showPercentChange: false,
    percentChangeColorMode: 'standard',
  },
  table: { frameIndex: 0, showHeader: true, cellHeight: 'sm' },
  'state-timeline': { legend: LEGEND, tooltip: { mode: 'single', sort: 'none' }, mergeValues: true, showValue: 'auto', rowHeight: 0.9 },
};

/** A panel of Grafana. What was checked by `Monitor` is not looked at again. */
export function grafanaPanel(panel: DashboardPanel, id: number, gridPos: GrafanaPosition): GrafanaPanel {
  const { title, type, queries, range } = panel;
  return {
    type,
    id,
    title,
    gridPos,
    datasource: SOURCE,
    targets: queries.map(({ expr, legend = '__auto' }, i) => ({
      refId: refId(i),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      editorMode: 'code',
      format: type === 'table' ? 'table' : 'time_series',
      // the last value of a range would stand there for hours after it was the last one
      ...(type === 'stat' || type === 'table' ? { instant: true } : { range: true }),
    })),
    fieldConfig: { defaults: fields(panel), overrides: [] },
    options: OPTIONS[type],
    ...(type === 'table' && { transformations: tableOf(queries.length) }),
    ...(range !== undefined && { timeFrom: range }),
  };
}

/** `A` to `Z`, then `AA`. */
function refId(i: number): string {
  return (i < 26 ? '' : refId(Math.floor(i / 26) - 1)) + String.fromCharCode(65 + (i % 26));
}

function fields({ type, unit, limit, states = [] }: DashboardPanel): Readonly<Record<string, unknown>> {
  const curves = type === 'timeseries';
  // good is what has a limit and is below it; nothing is known of anything else
  const base = limit === undefined ? 'blue' : curves ? 'transparent' : 'green';
  const steps = [{ color: base, value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])];
  const mapped = states.map(({ value, text, color }, index) => [String(value), { text, color, index }] as const);
  return {
    ...(unit !== undefined && { unit }),
    color: { mode: curves ? 'palette-classic' : 'thresholds' },
    thresholds: { mode: 'absolute', steps },
    ...(mapped.length > 0 && { mappings: [{ type: 'value', options: Object.fromEntries(mapped) }] }),
    ...(curves && {
      custom: { axisSoftMin: 0, fillOpacity: 10, showPoints: 'auto', thresholdsStyle: { mode: limit === undefined ? 'off' : 'line+area' } },
    }),
    ...(type === 'state-timeline' && { custom: { fillOpacity: 70, lineWidth: 0 } }),
  };
}

/** The labels of a series and its value in a line; the time and the name of the metric are the same in all. */
function tableOf(queries: number): NonNullable<GrafanaPanel['transformations']> {
  const organize = { id: 'organize', options: { excludeByName: { Time: true, __name__: true }, indexByName: {}, renameByName: {} } };
  return queries > 1 ? [{ id: 'merge', options: {} }, organize] : [organize];
}
