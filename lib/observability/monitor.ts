import type { IConstruct } from 'constructs';
import { Composite } from '../model/composite';
import { report } from '../model/problems';
import type { Duration } from '../model/values/quantities';
import { checkPanel, isText } from './check';

/** What has to be looked at: now (`page`), or on a working day (`ticket`). */
export type Severity = 'page' | 'ticket';

/** A condition that somebody is told of. @see https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
export interface AlertRule {
  /** Its name, in CamelCase. */
  readonly alert: string;
  /** The condition in PromQL; every series that it gives is an alert. */
  readonly expr: string;
  /** Time for which it has to hold. @default - none */
  readonly for?: Duration;
  /** How soon. */
  readonly severity: Severity;
  /** What tells its alerts from those of another rule of this name, where the series do not. @default - nothing */
  readonly labels?: Readonly<Record<string, string>>;
  /** One sentence; labels stand as `{{ $labels.db }}`. */
  readonly summary: string;
  /** What it means, and what to do. */
  readonly description: string;
}

/** A panel of a dashboard: `dashboard` makes those of Grafana of them. @see https://grafana.com/docs/grafana/latest/panels-visualizations/ */
export interface DashboardPanel {
  /** What stands above it. */
  readonly title: string;
  /** How it is drawn. */
  readonly type: 'stat' | 'timeseries' | 'table' | 'state-timeline';
  /** Unit of the values, as Grafana calls it. @default - none */
  readonly unit?: string;
  /** What is drawn: PromQL, and how each series is called. */
  readonly queries: readonly { readonly expr: string; readonly legend?: string }[];
  /** A value from which on it is red. @default - none */
  readonly limit?: number;
  /** What single values mean. @default - the values themselves are shown */
  readonly states?: readonly PanelState[];
  /** Time that it shows. @default - what the whole dashboard shows */
  readonly range?: PanelRange;
}

/** A value that is shown as words, in a colour. */
export interface PanelState {
  /** The value. */
  readonly value: number;
  /** What is shown. */
  readonly text: string;
  /** Its colour. */
  readonly color: 'green' | 'yellow' | 'red';
}

/** A length of time as Grafana and Prometheus read it, in whole seconds, minutes, hours or days: `90s`, `30d`. */
export type PanelRange = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** What a construct knows of how it is watched. */
export interface MonitorProps {
  /** The name of the group of rules, and the title of the dashboard's row. */
  readonly title: string;
  /** @default - none */
  readonly alerts?: readonly AlertRule[];
  /** @default - none */
  readonly panels?: readonly DashboardPanel[];
}

const MONITOR = Symbol.for('ironhull.Monitor');

/**
 * Alerts and panels of a construct. They are collected by whoever has a Prometheus and a Grafana (`ruleFile`, `dashboardFile`):
 * no platform makes anything of them by itself.
 */
export class Monitor extends Composite {
  /** All at and below a construct, in the order of the tree. */
  static within(root: IConstruct): Monitor[] {
    return root.node.findAll().filter((one): one is Monitor => MONITOR in one);
  }

  /** The name of the group of rules, and the title of the dashboard's row. */
  readonly title: string;
  /** Conditions that somebody is told of. */
  readonly alerts: readonly AlertRule[];
  /** What is drawn. */
  readonly panels: readonly DashboardPanel[];

  constructor(scope: IConstruct, id: string, { title, alerts = [], panels = [] }: MonitorProps) {
    super(scope, id);
    Object.defineProperty(this, MONITOR, { value: true });
    this.title = title;
    this.alerts = [...alerts];
    this.panels = [...panels];
    if (!isText(title)) report(this, 'title', 'a monitor needs a title', title, 'call it after what it watches');
    for (const [i, panel] of this.panels.entries()) checkPanel(this, `panels[${i}]`, panel);
  }
}

/** What the monitors at and below a construct have, by their titles in the order of the tree. What two of a title have in common stands once. */
export function byTitle<T>(root: IConstruct, of: (monitor: Monitor) => readonly T[]): [title: string, all: T[]][] {
  const titles = new Map<string, Map<string, T>>();
  for (const monitor of Monitor.within(root)) {
    const all = titles.get(monitor.title) ?? new Map<string, T>();
    // the same rule or panel of two databases tells of both: its series have their names
    for (const one of of(monitor)) all.set(JSON.stringify(one), one);
    if (all.size > 0) titles.set(monitor.title, all);
  }
  return [...titles].map(([title, all]) => [title, [...all.values()]]);
}
