import { type DashboardPanel, Monitor } from '../../lib';
import type { BadInput } from './case';

const panel: DashboardPanel = { title: 'Up', type: 'stat', queries: [{ expr: 'up' }] };

/** A monitor with a panel that is right but for these props. */
function panels(mistake: string, wrong: object, message: string): BadInput {
  const build: BadInput['build'] = (scope) => {
    new Monitor(scope, 'Monitor', { title: 'Things', panels: [panel, { ...panel, ...wrong }] });
  };
  return { mistake, build, message: `app/#/Monitor: panels[1].${message}` };
}

/** Monitors. */
export const MONITORS: readonly BadInput[] = [
  panels('a panel that asks nothing', { queries: [] }, 'queries: a panel shows what it asks for, got []; give it a query'),
  panels('a query that is none', { queries: [{ expr: ' ' }] }, `queries[0].expr: must be PromQL, got " "; write it as 'sum(up)'`),
  panels('a panel without a title', { title: '' }, 'title: a panel needs a title, got ""; say what it shows'),
  panels(
    'a kind of panel that is none',
    { type: 'gauge' },
    'type: is no kind of panel, got "gauge"; use one of stat, timeseries, table, state-timeline',
  ),
  panels('a limit that is no number', { limit: Number.NaN }, 'limit: must be a number, got NaN; give the value from which on it is red'),
  panels('a month of a panel', { range: '1 month' }, `range: must be a length of time, got "1 month"; write it as '30d', '6h' or '15m'`),
  panels(
    'a value with two meanings',
    { states: [1, 1].map((value) => ({ value, text: 'a', color: 'red' })) },
    'states: one value has two meanings, got 1; say each value once',
  ),
  {
    mistake: 'a monitor without a title',
    build: (scope) => {
      new Monitor(scope, 'Monitor', { title: ' ' });
    },
    message: 'app/#/Monitor: title: a monitor needs a title, got " "; call it after what it watches',
  },
];
