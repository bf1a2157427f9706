/**
 * One measurement of bench/synth.ts, in a process of its own: builds the constructs, writes the YAML files, and says how
 * long that took. Loading modules is not counted.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { HardenedService } from '../lib';
import { IronhullChart, synthApp } from '../lib/platforms/kubernetes';
import { peerService } from './synth-peer';

const [who = '', services = '', charts = '', chained = ''] = process.argv.slice(2);
const outdir = mkdtempSync(join(tmpdir(), 'ironhull-bench-'));
export const IMAGE = `registry.example/team/service:1.4.2@sha256:${'5'.repeat(64)}`;

const before = performance.now();
const app = new App({ outdir });
const perChart = Number(services) / Number(charts);
let last: Chart | undefined;
let first: HardenedService | undefined;
for (let c = 0; c < Number(charts); c++) {
  const options = { namespace: `team-${c}` };
  const chart =
    who === 'peer' ? new Chart(app, `team-${c}`, options) : new IronhullChart(app, `team-${c}`, { ...options, createNamespace: false });
  let neighbour: HardenedService | undefined;
  for (let s = 0; s < perChart; s++) {
    if (who === 'peer') peerService(chart, `service-${s}`, s > 0 ? `service-${s - 1}` : undefined);
    else neighbour = ourService(chart, `service-${s}`, neighbour);
  }
  if (chained === 'edges') {
    // whoever is last of a chart leads to the first of the one before, and starts after it
    if (first && neighbour) neighbour.network.allowTo(first, 'http');
    first = neighbour;
  }
  if (chained === 'charts' && last) chart.node.addDependency(last);
  last = chart;
}
const built = performance.now();
if (who === 'ours') synthApp(app);
else app.synth();
const done = performance.now();

function ourService(chart: Chart, id: string, neighbour: HardenedService | undefined): HardenedService {
  const service = new HardenedService(chart, id, {
    image: IMAGE,
    replicas: 3,
    env: { LOG_LEVEL: 'info', PORT: '8080', REGION: 'eu-central-1' },
    ports: { http: 8080, metrics: 9090 },
    metrics: { port: 'metrics' },
    health: { http: { port: 'http', path: '/livez' }, readiness: { path: '/readyz' } },
  });
  // the peer has no start order, so the comparison is without one; edges between charts have it
  if (neighbour) service.network.allowTo(neighbour, { ports: ['http'], gate: chained === 'edges' ? 'ready' : 'none' });
  return service;
}

const texts = readdirSync(outdir).map((file) => readFileSync(join(outdir, file), 'utf8'));
rmSync(outdir, { recursive: true });
const kinds: Record<string, number> = {};
for (const text of texts) for (const [, kind] of text.matchAll(/^kind: (\w+)$/gm)) kinds[kind as string] = (kinds[kind as string] ?? 0) + 1;
const bytes = texts.reduce((sum, text) => sum + text.length, 0);
process.stdout.write(JSON.stringify({ build: built - before, synth: done - built, total: done - before, kinds, bytes }));
